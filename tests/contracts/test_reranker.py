"""What the Reranker port promises, asked of the fake, a cross-encoder and a language model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from memories import (
    Ending,
    LanguageModelBusy,
    ModelAnswer,
    ModelRequest,
    Reranker,
    RerankerFailed,
    TokenUsage,
    open_reranker,
)
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.ports.reranker import WordReranker
from tests.support.cross_encoders import word_counting

QUESTION = "who owns a boat"
TEXTS = ("The sea is calm.", "Leo likes tea.", "Nora owns a boat.", "A boat sails.")


def by_words(request: ModelRequest) -> str:
    """Answers as a sensible model would."""
    asked = json.loads(request.prompt)
    words = set(asked["question"].split())
    held = {each["number"]: len(words & set(each["note"].split())) for each in asked["notes"]}
    best = sorted((number for number in held if held[number]), key=lambda number: -held[number])
    return json.dumps({"best_first": best})


@pytest.fixture(params=["words", "cross-encoder", "language model"])
def reranker(request: pytest.FixtureRequest, tmp_path: Path) -> Reranker:
    if request.param == "words":
        return WordReranker()
    if request.param == "cross-encoder":
        return open_reranker(word_counting(tmp_path, QUESTION.split()))
    return open_reranker(ScriptedModel(by_words))


def test_every_text_has_its_place_and_the_best_comes_first(reranker: Reranker) -> None:
    places = reranker.rank(QUESTION, TEXTS)
    assert sorted(places) == [0, 1, 2, 3]
    assert places[0] == 2
    assert reranker.name


def test_no_texts_have_no_order(reranker: Reranker) -> None:
    assert list(reranker.rank(QUESTION, ())) == []


def test_what_is_left_out_follows_in_its_order() -> None:
    model = ScriptedModel(lambda _: json.dumps({"best_first": [3, 3]}))
    assert open_reranker(model).rank(QUESTION, TEXTS) == [3, 0, 1, 2]


def test_one_question_is_asked_for_all_texts_with_the_same_instructions() -> None:
    model = ScriptedModel(by_words)
    for texts in (TEXTS, TEXTS[:2]):
        open_reranker(model).rank(QUESTION, texts)
    first, second = model.requests
    assert first.instructions == second.instructions
    assert all(text in first.prompt for text in TEXTS)
    assert "Nora" not in first.instructions
    assert first.schema is not None


def busy(_: ModelRequest) -> str:
    raise LanguageModelBusy("overloaded")


def cut(_: ModelRequest) -> ModelAnswer:
    return ModelAnswer('{"best_first": [2', Ending.CUT, TokenUsage(), "scripted")


@pytest.mark.parametrize(
    "answer",
    [
        busy,
        cut,
        lambda _: "the third one",
        lambda _: "[2, 1]",
        lambda _: '{"best_first": 2}',
        lambda _: '{"best_first": ["two"]}',
        lambda _: '{"best_first": [17]}',
        lambda _: '{"best_first": [null]}',
        lambda _: '{"order": [2]}',
    ],
)
def test_an_answer_that_is_none_is_an_error(
    answer: Callable[[ModelRequest], str | ModelAnswer],
) -> None:
    with pytest.raises(RerankerFailed, match=r"^scripted: "):
        open_reranker(ScriptedModel(answer)).rank(QUESTION, TEXTS)
