"""The samples that are not English: their evidence is there, and asked for in other words."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from memories import Conversation, Question, read_conversations
from memories.engine.domain import Turn
from memories.engine.text.languages import function_words
from memories.engine.text.tokens import analyse

SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples"
LANGUAGES = {"jahr_in_gespraechen": "de", "kaiwa_no_ichinen": "ja"}
QUESTIONS = {"multi-hop": 12, "temporal": 14, "open-domain": 4, "single-hop": 20, "adversarial": 8}
# Japanese writes inflections and particles in hiragana: a pair of these tells nothing.
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")


@cache
def sample(name: str) -> Conversation:
    (conversation,) = read_conversations(SAMPLES / f"{name}.json")
    return conversation


def turns(name: str) -> dict[str, Turn]:
    """The sample's turns by their ids."""
    said = [turn for session in sample(name).sessions for turn in session.turns]
    by_id = {turn.client_id: turn for turn in said if turn.client_id is not None}
    assert len(by_id) == len(said)
    return by_id


def answerable(name: str) -> list[Question]:
    return [each for each in sample(name).questions if each.category != "adversarial"]


@pytest.mark.parametrize("name", LANGUAGES)
def test_two_people_talk_over_a_year_in_order(name: str) -> None:
    assert len({turn.name for turn in turns(name).values()}) == 2
    assert 130 <= len(turns(name)) <= 160
    starts = [session.turns[0].said_at for session in sample(name).sessions]
    assert len(starts) == 12
    moments = [start for start in starts if start is not None]
    assert len(moments) == len(starts)
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert (moments[-1] - moments[0]).days > 300


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_category_has_its_questions_and_none_is_asked_twice(name: str) -> None:
    questions = sample(name).questions
    assert Counter(each.category for each in questions) == QUESTIONS
    assert len({each.text for each in questions}) == len(questions)


@pytest.mark.parametrize("name", LANGUAGES)
def test_exactly_the_answerable_questions_have_an_answer_and_evidence(name: str) -> None:
    for question in sample(name).questions:
        unanswerable = question.category == "adversarial"
        assert (question.answer is None) == unanswerable, question.text
        assert (not question.evidence) == unanswerable, question.text
        assert set(question.evidence) <= turns(name).keys(), question.text


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_multi_hop_question_needs_several_sessions(name: str) -> None:
    for question in answerable(name):
        sessions = {turn_id.partition(":")[0] for turn_id in question.evidence}
        assert (len(sessions) > 1) or question.category != "multi-hop", question.text


@pytest.mark.parametrize("name", LANGUAGES)
def test_at_least_half_of_the_questions_share_few_words_with_their_evidence(name: str) -> None:
    questions = answerable(name)
    differ = [each for each in questions if shared_words(name, each) < 0.5]
    assert len(differ) >= len(questions) / 2
    # Nor are all of them riddles: friends repeat a name or a word when they ask.
    assert len(differ) <= 0.75 * len(questions)


def shared_words(name: str, question: Question) -> float:
    """Share of the question's content words, names of the two aside, that its evidence holds."""
    asked = content_words(name, question.text)
    told = {
        word for each in question.evidence for word in content_words(name, turns(name)[each].text)
    }
    return len(asked & told) / len(asked)


def content_words(name: str, text: str) -> set[str]:
    language = LANGUAGES[name]
    ignored = " ".join(
        [*function_words(language), *(turn.name or "" for turn in turns(name).values())]
    )
    words = set(analyse(text, language=language)) - set(analyse(ignored, language=language))
    return {word for word in words if not _HIRAGANA.fullmatch(word)}
