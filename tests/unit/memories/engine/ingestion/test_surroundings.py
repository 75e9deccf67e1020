"""What an extractor is shown beside new messages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from memories import IndexUnavailable, Memory, Scope
from memories.engine.domain import Message, Role
from memories.engine.ingestion.surroundings import known_around, turns_before
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

NOON = datetime(2024, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(embedder=WordHashEmbedder(), clock=FixedClock(NOON)) as memory:
        yield memory


@pytest.fixture
def acme(memory: Memory) -> Scope:
    return memory.scope(user="acme")


@pytest.fixture
def tools(memory: Memory) -> IngestTools:
    return memory._engine.ingest


def message(text: str) -> Message:
    return Message("new", Role.USER, "User", text, NOON, NOON, "", 0)


class AwayIndex:
    """Does not answer."""

    def __getattr__(self, name: str) -> object:
        raise IndexUnavailable("the index does not answer")


def test_memories_come_nearest_first_and_no_more_than_are_wanted(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    for text in ("I own a red boat.", "I own a boat.", "I live in Lisbon."):
        memory.add(text, scope=acme, infer=False)
    near = known_around([message("I own a red boat now.")], wanted=2, scope=acme, tools=tools)
    assert [each.text for each in near.memories] == ["I own a red boat.", "I own a boat."]
    assert near.note is None
    assert known_around([message("boat")], wanted=0, scope=acme, tools=tools).memories == ()


def test_each_message_brings_what_is_near_to_it(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    for text in ("I own a boat.", "I live in Lisbon.", "It rains today."):
        memory.add(text, scope=acme, infer=False)
    said = [message("A boat!"), message("Lisbon?")]
    near = known_around(said, wanted=2, scope=acme, tools=tools)
    assert {each.text for each in near.memories} == {"I own a boat.", "I live in Lisbon."}


def test_what_was_replaced_folded_or_has_expired_is_not_shown(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    old, new = (
        str(memory.add(text, scope=acme, infer=False).outcomes[0].memory_id)
        for text in ("I own a boat.", "I own no boat.")
    )
    memory.supersede(old, by=new)
    memory.add("My boat leaks.", scope=acme, infer=False, expires_at=NOON)
    near = known_around([message("boat")], wanted=9, scope=acme, tools=tools)
    assert [each.id for each in near.memories] == [new]


def test_where_the_index_is_away_it_is_said(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    memory.add("I saw Ines Moreira.", scope=acme)
    away = replace(tools, index=AwayIndex())  # type: ignore[arg-type]  # raises at any call
    around = known_around([message("Ines Moreira left.")], wanted=9, scope=acme, tools=away)
    assert around.memories == ()
    assert [entity.name for entity in around.entities] == ["Ines Moreira"]
    assert "the index does not answer" in str(around.note)


def test_words_that_the_model_does_not_know_bring_nothing(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    memory.add("I own a boat.", scope=acme, infer=False)
    assert not known_around([message("ฉันมีเรือ")], wanted=9, scope=acme, tools=tools).memories


def test_turns_before_are_the_last_ones_of_the_last_session(
    memory: Memory, acme: Scope, tools: IngestTools
) -> None:
    for hour, text in [(1, "long ago"), (10, "one"), (10, "two"), (11, "three")]:
        memory.add(text, scope=acme, timestamp=NOON.replace(hour=hour))
    before = tools.records.messages.latest(scope=acme)

    def turns(count: int) -> list[str]:
        found = turns_before(before, count, scope=acme, tools=tools)
        return [each.text for each in found]

    assert [turns(count) for count in range(3)] == [[], ["three"], ["two", "three"]]
    assert turns(9) == ["one", "two", "three"]
    assert turns_before(None, 4, scope=acme, tools=tools) == ()
