"""How often the model is asked, and what is said where it does not answer."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from memories import (
    Ending,
    ExtractionRequest,
    LanguageModelBusy,
    LanguageModelFailed,
    ModelAnswer,
    ModelRequest,
    TokenUsage,
)
from memories.engine.adapters.model_extractor import ModelExtractor
from memories.engine.adapters.model_extractor._instructions import INSTRUCTIONS, SCHEMA
from memories.engine.domain import Guidance
from memories.engine.ports.language_model import ScriptedModel
from tests.unit.memories.engine.adapters.model_extractor.requests import asking, claim

BOAT = json.dumps({"facts": [claim()]})
NOTHING = json.dumps({"facts": []})
USAGE = TokenUsage(read=10, written=5)
KEPT = "; they are kept and searchable as they are"


def ended(ending: Ending) -> ModelAnswer:
    return ModelAnswer("{", ending, USAGE, "scripted")


def answering(*answers: str | ModelAnswer) -> tuple[ModelExtractor, ScriptedModel]:
    """An extractor whose model gives these answers in turn."""
    left: Iterator[str | ModelAnswer] = iter(answers)
    model = ScriptedModel(lambda _: next(left))
    return ModelExtractor(model, turns=10, known=10), model


def test_one_question_is_asked_of_a_few_turns() -> None:
    extractor, model = answering(ModelAnswer(BOAT, Ending.COMPLETE, USAGE, "scripted"))
    found = extractor.extract(asking("I own a boat.", "It leaks."))
    assert [fact.text for fact in found.facts] == ["Ana owns a boat."]
    assert (found.questions, found.usage, found.note) == (1, USAGE, None)
    (asked,) = model.requests
    assert (asked.instructions, asked.schema) == (INSTRUCTIONS, SCHEMA)
    assert asked.prompt.count("I own a boat.") == 1


def test_the_settings_that_facts_were_learned_by_are_told_apart() -> None:
    guided = asking("Ahoy!", guidance=Guidance("Boats."))
    names = [
        ModelExtractor(ScriptedModel(lambda _: NOTHING), turns=turns, known=10)
        .extract(request)
        .learned_by
        for turns, request in [
            (10, asking("Ahoy!")),
            (10, asking("Hm.")),
            (10, guided),
            (5, guided),
        ]
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert all(re.fullmatch(r"scripted, prompt \d+, settings [0-9a-f]{8}", each) for each in names)


def test_a_cut_answer_is_asked_for_in_halves_in_order() -> None:
    texts = [f"I own boat {number}." for number in range(4)]

    def answer(request: ModelRequest) -> str | ModelAnswer:
        turns = re.findall(r'^(\d+) user .*"(I own .*)"$', request.prompt, re.MULTILINE)
        if len(turns) > 1:
            return ended(Ending.CUT)
        quotes = [{"turn": 1, "words": turns[0][1]}]
        return json.dumps({"facts": [claim(text=f"Ana: {turns[0][1]}", quotes=quotes)]})

    extractor = ModelExtractor(ScriptedModel(answer), turns=10, known=10)
    found = extractor.extract(asking(*texts))
    assert [fact.text for fact in found.facts] == [f"Ana: {text}" for text in texts]
    assert [fact.quotes[0].message_id for fact in found.facts] == ["m1", "m2", "m3", "m4"]
    assert (found.questions, found.note) == (7, None)


def test_the_second_half_knows_what_was_said_in_the_first() -> None:
    extractor, model = answering(ended(Ending.CUT), NOTHING, NOTHING)
    extractor.extract(asking("I own a boat.", "It leaks."))
    earlier = model.requests[2].prompt.partition("<earlier>")[2].partition("</earlier>")[0]
    assert "I own a boat." in earlier


def test_a_single_turn_whose_answer_is_cut_is_given_up() -> None:
    extractor, _ = answering(ended(Ending.CUT), ended(Ending.CUT), NOTHING)
    found = extractor.extract(asking("I own a boat.", "It leaks."))
    assert found.facts == ()
    assert found.note == f"the language model's answer was cut, for 1 message{KEPT}"
    assert (found.questions, found.usage.read >= 2 * USAGE.read) == (3, True)


def test_a_refusal_is_not_asked_about_again() -> None:
    extractor, model = answering(ended(Ending.REFUSED))
    found = extractor.extract(asking("I own a boat.", "It leaks."))
    assert found.note == f"the language model declined, for 2 messages{KEPT}"
    assert (len(model.requests), found.usage) == (1, USAGE)


def test_a_malformed_answer_is_asked_for_once_more() -> None:
    extractor, model = answering("Certainly!", BOAT)
    found = extractor.extract(asking("I own a boat."))
    assert [fact.text for fact in found.facts] == ["Ana owns a boat."]
    assert (found.questions, found.note) == (2, None)
    assert model.requests[0] == model.requests[1]


def test_two_malformed_answers_are_enough() -> None:
    extractor, _ = answering("Certainly!", "{}", BOAT)
    found = extractor.extract(asking("I own a boat."))
    assert found.facts == ()
    why = "the language model's answer had not the form that was asked for"
    assert found.note == f"{why}, for 1 message{KEPT}"


def failing(error: Exception, after: int) -> Callable[[ModelRequest], str | ModelAnswer]:
    """Cuts each answer, so that halves are asked for, and fails after so many."""
    asked: list[ModelRequest] = []

    def answer(request: ModelRequest) -> str | ModelAnswer:
        asked.append(request)
        if len(asked) > after:
            raise error
        return ended(Ending.CUT) if len(asked) == 1 else BOAT

    return answer


def test_a_model_that_refuses_the_key_is_a_note() -> None:
    model = ScriptedModel(failing(LanguageModelFailed("claude answered 401"), after=0))
    found = ModelExtractor(model, turns=10, known=10).extract(asking("I own a boat."))
    assert found.facts == ()
    assert found.note == f"claude answered 401, for 1 message{KEPT}"


def test_what_was_learned_before_a_failure_is_kept() -> None:
    model = ScriptedModel(failing(LanguageModelFailed("claude answered 401"), after=2))
    found = ModelExtractor(model, turns=10, known=10).extract(asking("I own a boat.", "It leaks."))
    assert [fact.text for fact in found.facts] == ["Ana owns a boat."]
    assert found.note == f"claude answered 401, for 1 message{KEPT}"


def test_a_busy_model_is_told_to_whoever_asked() -> None:
    model = ScriptedModel(failing(LanguageModelBusy("claude answered 529"), after=0))
    with pytest.raises(LanguageModelBusy):
        ModelExtractor(model, turns=10, known=10).extract(asking("I own a boat."))


def test_claims_that_are_dropped_are_counted_over_all_questions() -> None:
    unproven = json.dumps({"facts": [claim(quotes=[])]})
    extractor, _ = answering(ended(Ending.CUT), unproven, unproven)
    found = extractor.extract(asking("I own a boat.", "It leaks."))
    assert found.dropped == {"its quote is not in the source": 2}


def test_no_word_of_a_tenant_is_in_the_instructions() -> None:
    extractor, model = answering(NOTHING, NOTHING)
    for text, guidance in [("I own a boat.", Guidance("Boats.")), ("Ahoy!", Guidance())]:
        extractor.extract(ExtractionRequest(asking(text).messages, guidance=guidance))
    first, second = (request.instructions for request in model.requests)
    assert first == second
    assert "boat" not in first.lower()
    assert str(datetime.now(UTC).year) not in first
