"""What the Extractor port promises, asked of every extractor."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from memories import ExtractionRequest, Extractor, Fact, Message, ModelRequest
from memories.engine.adapters.local_extractor import LocalExtractor
from memories.engine.adapters.model_extractor import ModelExtractor
from memories.engine.domain import Guidance, Kind, Quote, Role, Scope
from memories.engine.ingestion.answers import SavingExtractor
from memories.engine.ingestion.extraction import is_proven
from memories.engine.ports.answers import AnswersInMemory
from memories.engine.ports.extractor import ScriptedExtractor
from memories.engine.ports.language_model import ScriptedModel

NOON: Final = datetime(2024, 5, 10, 12, tzinfo=UTC)
SAID: Final = ("I adopted a dog in May 2023.", "My brother Rui works at Siemens.")
ACME: Final = Scope("acme", "notes", user="acme")


def message(id_: str, text: str) -> Message:
    return Message(id_, Role.USER, "Ana", text, NOON, NOON, "s", 0, "Ana")


MESSAGES: Final = tuple(message(f"m{place}", text) for place, text in enumerate(SAID))


def restate(request: ModelRequest) -> str:
    """Each turn of the conversation that has some words as one fact."""
    turns = re.findall(r'^(\d+) user "(.*?)" .*?: (".*")$', request.prompt, re.MULTILINE)
    return json.dumps(
        {
            "facts": [
                {
                    "text": f"{speaker} said: {json.loads(words)}",
                    "speaker": speaker,
                    "quotes": [{"turn": int(number), "words": json.loads(words)}],
                    "kind": "state",
                    "when": None,
                    "entities": [],
                    "categories": [],
                    "known": [],
                    "importance": 0.5,
                }
                for number, speaker, words in turns
                if len(words) > len('"Hm."')
            ]
        }
    )


def local() -> Extractor:
    return LocalExtractor()


def by_model() -> Extractor:
    return ModelExtractor(ScriptedModel(restate), turns=10, known=10)


def scripted() -> Extractor:
    facts = {
        each.text: [
            Fact(
                text=f"Ana: {each.text}",
                attributed_to="Ana",
                quotes=(Quote(each.id, 0, len(each.text), each.text),),
                said_at=NOON,
                kind=Kind.STATE,
            )
        ]
        for each in MESSAGES
    }
    return ScriptedExtractor(facts)


def saving() -> Extractor:
    return SavingExtractor(by_model(), AnswersInMemory(), job_id="j", scope=ACME)


@pytest.fixture(params=[local, by_model, scripted, saving], ids=lambda each: each.__name__)
def extractor(request: pytest.FixtureRequest) -> Extractor:
    opened: Callable[[], Extractor] = request.param
    return opened()


def test_facts_come_in_the_order_they_are_stated_each_with_its_proof(extractor: Extractor) -> None:
    found = extractor.extract(ExtractionRequest(MESSAGES))
    by_id = {each.id: each for each in MESSAGES}
    assert [fact.quotes[0].message_id for fact in found.facts] == ["m0", "m1"]
    for fact in found.facts:
        assert is_proven(fact, by_id)
        assert fact.attributed_to == "Ana"
        assert fact.said_at == NOON
    assert (found.dropped, found.note) == ({}, None)


def test_the_same_request_is_answered_alike(extractor: Extractor) -> None:
    request = ExtractionRequest(MESSAGES, guidance=Guidance(categories={"pets": "animals"}))
    assert extractor.extract(request) == extractor.extract(request)


def test_who_learned_is_told_with_the_extractors_name(extractor: Extractor) -> None:
    found = extractor.extract(ExtractionRequest(MESSAGES))
    assert found.learned_by.startswith(extractor.name)


def test_what_it_wants_can_be_given(extractor: Extractor) -> None:
    wants = extractor.wants
    assert wants.messages is None or wants.messages > 0
    assert wants.characters is None or wants.characters > 0
    assert min(wants.earlier, wants.known_memories) >= 0


def test_earlier_turns_are_not_learned_from(extractor: Extractor) -> None:
    request = ExtractionRequest(MESSAGES[1:], earlier=MESSAGES[:1])
    facts = extractor.extract(request).facts
    assert {quote.message_id for fact in facts for quote in fact.quotes} == {"m1"}


def test_nothing_is_learned_where_nothing_is_said(extractor: Extractor) -> None:
    (silent,) = (replace(each, text="Hm.") for each in MESSAGES[:1])
    assert extractor.extract(ExtractionRequest((silent,))).facts == ()
