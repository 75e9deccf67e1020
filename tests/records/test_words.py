"""Without the index, the same rows are found by their words, and no others."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from controlplane.shared_index import shared_index
from memories import Memory
from memories.engine.bootstrap import open_index_server
from memories.engine.domain import (
    Condition,
    Link,
    LinkKind,
    Operator,
    Scope,
    Selection,
    Signal,
)
from memories.engine.errors import IndexUnavailable
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.index_server import IndexNode, IndexServer
from memories.engine.ports.search_index import WordIndex
from memories.records.states import ProcessStates
from memories.records.stores import HostedStores
from tests.contracts.worlds import ACME, DIMENSIONS, EVERYONE, NOON, World

DAY = timedelta(days=1)
NOW = Selection(now=NOON)
BOAT = [("boat",), ("red", "crimson")]
ADA = Scope("acme", "words", user="ada")


def stores(scope: Scope, server: IndexServer, *, by_words: bool = True) -> HostedStores:
    return HostedStores(scope, server=server, states=ProcessStates(), by_words=by_words)


@pytest.fixture
def nowhere() -> Iterator[IndexServer]:
    """An index server that does not answer."""
    address = settings.INDEX
    assert address is not None
    node = IndexNode("http://127.0.0.1:9", "127.0.0.1:10")
    server = open_index_server(replace(address, nodes=(node,), deadline_seconds=0.2))
    yield server
    server.close()


@pytest.fixture
def twins(transactional_db: None, records_database: None) -> tuple[World, WordIndex]:
    """A world whose index is there, and what finds without it."""
    address = settings.INDEX
    assert address is not None
    hosted = stores(EVERYONE, shared_index(address))
    model = uuid.uuid4().hex
    passages = hosted.passages(model=model, dimensions=DIMENSIONS)
    world = World(hosted.records, passages, hosted.index(model=model, dimensions=DIMENSIONS))
    assert hosted.without_index is not None
    return world, hosted.without_index


@pytest.fixture
def filled(twins: tuple[World, WordIndex]) -> tuple[World, WordIndex]:
    """With rows of every kind that a read may see or not."""
    world, _ = twins
    said = world.say("A red boat, a crimson boat.")
    red = world.learn("Ines owns a red boat.", source=said, metadata={"n": 1})
    later = world.learn("The boat is crimson.", said_at=NOON + DAY, recorded_at=NOON + DAY)
    world.learn("The red boat is gone.", expires_at=NOON + 2 * DAY)
    folded = world.learn("A boat that is red.")
    other = replace(ACME, user="globex")
    world.say("A red boat.", scope=other, session="theirs")
    world.learn("A red boat.", scope=other)
    for kind, from_, to in (
        (LinkKind.MERGED_INTO, folded.id, red.id),
        (LinkKind.SUPERSEDES, later.id, red.id),
    ):
        link = Link(kind, from_, to, 1.0, "")
        world.records.memories.link(link, at=NOON + DAY, said_at=NOON + DAY, scope=ACME)
    return twins


@pytest.mark.parametrize("messages", [True, False])
@pytest.mark.parametrize("scope", [ACME, EVERYONE, replace(ACME, user="globex")], ids=str)
@pytest.mark.parametrize(
    "selection",
    [
        NOW,
        replace(NOW, now=NOON + 3 * DAY),
        replace(NOW, now=NOON + 3 * DAY, show_expired=True),
        replace(NOW, include_merged=True),
        replace(NOW, now=NOON + 3 * DAY, latest_only=True),
        replace(NOW, as_of=NOON),
        replace(NOW, recorded_as_of=NOON),
        replace(NOW, filter=Condition("metadata", Operator.EQ, 1, ("n",))),
        replace(NOW, filter=Condition("user", Operator.EQ, "globex")),
    ],
    ids=str,
)
def test_the_same_rows_are_found_with_the_same_scores(
    filled: tuple[World, WordIndex], selection: Selection, scope: Scope, messages: bool
) -> None:
    world, truth = filled
    one, other = (
        {
            found.owner_id: found.score
            for found in index.lexical(
                BOAT, scope=scope, selection=selection, limit=9, messages=messages
            )
        }
        for index in (world.index, truth)
    )
    assert other == pytest.approx(one)


def test_words_are_as_rare_as_the_index_says(filled: tuple[World, WordIndex]) -> None:
    world, truth = filled
    assert truth.words(BOAT, scope=EVERYONE) == world.index.words(BOAT, scope=EVERYONE)


def test_at_most_as_many_rows_as_asked_for_are_found(filled: tuple[World, WordIndex]) -> None:
    _, truth = filled
    found = truth.lexical(BOAT, scope=EVERYONE, selection=NOW, limit=2, messages=True)
    assert len(found) == 2
    assert found[0].score >= found[1].score > 0


@pytest.fixture
def memory(
    transactional_db: None, records_database: None, nowhere: IndexServer
) -> Iterator[Memory]:
    opened = Memory(
        stores(ADA, nowhere),
        organization="acme",
        project="words",
        embedder=WordHashEmbedder(),
    )
    yield opened
    opened.close()


def test_a_search_says_which_signals_it_does_without(memory: Memory) -> None:
    added = memory.add("I own a red boat called Zanzibar.", scope=ADA)
    found = memory.search("Who owns Zanzibar?", scope=ADA, include_messages=False, explain=True)
    assert [hit.id for hit in found] == [added.outcomes[0].memory_id]
    assert found[0].breakdown.lexical == found[0].score > 0
    assert found[0].sources
    assert found.degraded == dict.fromkeys(
        [Signal.SEMANTIC, Signal.ENTITY, Signal.TEMPORAL], "the index does not answer"
    )
    memory.delete(found[0].id)
    assert len(memory.search("Who owns Zanzibar?", scope=ADA, include_messages=False)) == 0


def test_a_turn_is_left_out_for_the_memory_that_says_the_same(memory: Memory) -> None:
    memory.add("I own a red boat called Zanzibar.", scope=ADA)
    memory.add("Zanzibar?", scope=ADA)
    found = memory.search("Zanzibar", scope=ADA)
    assert sorted(hit.is_message for hit in found) == [False, True]
    assert "Zanzibar?" in {hit.text for hit in found}


def test_a_question_without_words_finds_nothing_and_says_so(memory: Memory) -> None:
    found = memory.search("?!", scope=ADA)
    assert len(found) == 0
    assert set(found.degraded) == set(Signal)


def test_unless_it_is_wanted_a_search_fails(
    transactional_db: None, records_database: None, nowhere: IndexServer
) -> None:
    with (
        Memory(
            stores(ADA, nowhere, by_words=False),
            organization="acme",
            project="words",
            embedder=WordHashEmbedder(),
        ) as memory,
        pytest.raises(IndexUnavailable),
    ):
        memory.search("Zanzibar", scope=ADA)
