"""A job that failed after its extraction goes on from what the extractor said."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memories import EmbeddingFailed, Memory, Scope
from memories.engine.domain import Quote
from memories.engine.ports.answers import AnswersInMemory
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.extractor import Extracted, ExtractionRequest
from tests.library.embedders import WatchedEmbedder
from tests.library.extractors import WatchedExtractor

BOAT = "I own a boat. I live in Lisbon."


class FaultyExtractor(WatchedExtractor):
    """Adds a fact that it can't prove, and can be away."""

    is_away = False

    def extract(self, request: ExtractionRequest) -> Extracted:
        found = super().extract(request)
        if self.is_away:
            raise TimeoutError
        message = request.messages[0]
        invented = replace(
            found.facts[0], text="Ana owns a plane.", quotes=(Quote(message.id, 0, 5, "plane"),)
        )
        return replace(found, facts=(*found.facts, invented))


@pytest.fixture
def answers() -> AnswersInMemory:
    return AnswersInMemory()


@pytest.fixture
def extractor() -> FaultyExtractor:
    return FaultyExtractor()


@pytest.fixture
def embedder() -> WatchedEmbedder:
    return WatchedEmbedder()


@pytest.fixture
def memory(
    path: Path,
    clock: FixedClock,
    extractor: FaultyExtractor,
    embedder: WatchedEmbedder,
    answers: AnswersInMemory,
) -> Iterator[Memory]:
    with Memory(
        path, embedder=embedder, extractor=extractor, clock=clock, answers=answers
    ) as opened:
        yield opened


@pytest.fixture
def attempt(memory: Memory, embedder: WatchedEmbedder, acme: Scope) -> Callable[[str], None]:
    """Fails to do the job "j" after the extractor was asked."""

    def fail(text: str) -> None:
        embedder.is_away = True
        with pytest.raises(EmbeddingFailed):
            memory.add(text, scope=acme, job_id="j")
        embedder.is_away = False

    return fail


def test_the_extractor_is_asked_once_however_often_the_job_is_begun(
    memory: Memory, acme: Scope, extractor: FaultyExtractor, attempt: Callable[[str], None]
) -> None:
    for _ in range(3):
        attempt(BOAT)
    added = memory.add(BOAT, scope=acme, job_id="j")
    assert extractor.asked == 1
    assert [each.text for each in added.outcomes] == ["User owns a boat.", "User lives in Lisbon."]
    (source,) = memory.sources(str(added.outcomes[0].memory_id))
    assert (source.message.id, source.quote) == (added.message_ids[0], "I own a boat.")
    assert (memory.stats().messages, memory.stats().memories) == (1, 2)


def test_a_saved_answer_is_proven_anew(
    memory: Memory,
    acme: Scope,
    extractor: FaultyExtractor,
    answers: AnswersInMemory,
    attempt: Callable[[str], None],
) -> None:
    attempt(BOAT)
    job = json.loads(answers.answers["j"])
    ((question, saved),) = job["answers"].items()
    answer = json.loads(saved)
    assert [fact["text"] for fact in answer["facts"]][-1] == "Ana owns a plane."
    del answer["facts"][:-1]
    answers.save("j", json.dumps({**job, "answers": {question: json.dumps(answer)}}))
    added = memory.add(BOAT, scope=acme, job_id="j")
    assert added.outcomes == ()
    assert added.reason == "no fact held: its quote is not in the source (1)"
    assert extractor.asked == 1


@pytest.mark.parametrize("changes", [{"extractor": "other"}, {"format": 1}, {"answers": {"": ""}}])
def test_the_answer_of_another_extractor_form_or_question_is_not_used(
    memory: Memory,
    acme: Scope,
    extractor: FaultyExtractor,
    answers: AnswersInMemory,
    attempt: Callable[[str], None],
    *,
    changes: dict[str, Any],
) -> None:
    attempt(BOAT)
    right = json.loads(answers.answers["j"])
    nothing = {question: _without_facts(saved) for question, saved in right["answers"].items()}
    answers.save("j", json.dumps({**right, "answers": nothing, **changes}))
    assert len(memory.add(BOAT, scope=acme, job_id="j").outcomes) == 2
    assert extractor.asked == 2
    renewed = json.loads(answers.answers["j"])
    assert (renewed["format"], renewed["extractor"]) == (right["format"], right["extractor"])
    assert right["answers"].keys() <= renewed["answers"].keys()


def _without_facts(saved: str) -> str:
    return json.dumps({**json.loads(saved), "facts": []})


def test_other_words_or_another_scope_are_another_question(
    memory: Memory, acme: Scope, extractor: FaultyExtractor, attempt: Callable[[str], None]
) -> None:
    attempt("I own a boat.")
    globex = memory.add("I own a boat.", scope=memory.scope(user="globex"), job_id="j")
    assert len(globex.outcomes) == 1
    assert extractor.asked == 2
    added = memory.add("I own a car.", scope=acme, job_id="j")
    assert [each.text for each in added.outcomes] == ["User owns a car."]
    assert extractor.asked == 3


def test_only_what_an_extractor_answered_to_a_job_is_saved(
    memory: Memory, acme: Scope, extractor: FaultyExtractor, answers: AnswersInMemory
) -> None:
    memory.add("I own a boat.", scope=acme)
    memory.add("I own a car.", scope=acme, job_id="verbatim", infer=False)
    memory.add({"role": "system", "content": "Be kind."}, scope=acme, job_id="unlearned")
    extractor.is_away = True
    with pytest.raises(TimeoutError):
        memory.add("I own a van.", scope=acme, job_id="j")
    assert answers.answers == {}
    extractor.is_away = False
    assert len(memory.add("I own a van.", scope=acme, job_id="j").outcomes) == 1
    assert list(answers.answers) == ["j"]
