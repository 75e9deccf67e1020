"""What memories/engine/ports/consolidation_store.py promises, over every adapter."""

from dataclasses import replace

import pytest

from memories.engine.domain import Link, LinkKind, MemoryRecord, Quote, Scope
from memories.engine.text.fingerprints import digest, fingerprint
from tests.contracts.worlds import ACME, EVERYONE, IDS, NOON, World

FOREIGN = [
    *(replace(ACME, **{id_: "globex"}) for id_ in IDS),
    *(replace(EVERYONE, **{id_: "globex"}) for id_ in IDS),
]


def due(world: World, scope: Scope = ACME, limit: int = 9) -> list[str]:
    return [each.id for each in world.records.consolidation.due(scope=scope, limit=limit)]


def resting_on(world: World, *ids: str, scope: Scope = ACME) -> list[str]:
    found = world.records.consolidation.resting_on(ids, scope=scope)
    return [each.id for each in found]


def observe(world: World, *sources: MemoryRecord) -> MemoryRecord:
    """Keep what follows from them."""
    text = "Ines likes the sea."
    memory = replace(
        sources[0],
        id=f"observation-{len(sources)}",
        text=text,
        fingerprint=fingerprint(text),
        derived_from=tuple(each.id for each in sources),
    )
    quotes: list[Quote] = []
    memories = world.records.memories
    memories.add(memory, identity=digest(memory.id), quotes=quotes, scope=memory.scope)
    for source in sources:
        link = Link(LinkKind.DERIVED_FROM, memory.id, source.id, 1.0, "found")
        memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    return memory


def test_what_was_learned_is_due_until_it_was_looked_at(world: World) -> None:
    boat, ship, raft = (world.learn(f"Ines owns a {each}.") for each in ("boat", "ship", "raft"))
    assert due(world) == [boat.id, ship.id, raft.id]
    assert due(world, limit=2) == [boat.id, ship.id]
    store = world.records.consolidation
    store.settle([boat.id, ship.id, "nothing"], scope=ACME)
    store.settle([boat.id], scope=ACME)
    assert due(world) == [raft.id]
    store.renew([boat.id, raft.id], scope=ACME)
    assert due(world) == [boat.id, raft.id]


def test_what_is_due_is_read_as_it_was_stored(world: World) -> None:
    boat = world.learn("Ines owns a boat.", metadata={"a": 1})
    assert list(world.records.consolidation.due(scope=ACME, limit=1)) == [boat]


def test_due_is_what_belongs_to_exactly_the_home_in_any_run(world: World) -> None:
    home = ACME.home
    scopes = [
        replace(home, run="other"),
        home,
        replace(home, agent=None),
        replace(home, app=None),
        replace(EVERYONE, run="acme"),
        replace(EVERYONE, run="other"),
    ]
    ids = {scope: world.learn(f"Boat {n}.", scope=scope).id for n, scope in enumerate(scopes)}
    assert due(world, ACME) == [ids[scopes[0]], ids[home]]
    for scope in scopes[2:]:
        assert due(world, scope) == [ids[scope]]
    for scope in FOREIGN:
        if scope.home != home:
            assert due(world, scope) == []


def test_neither_what_is_folded_or_replaced_nor_an_observation_is_due(world: World) -> None:
    boat, ship, raft, canoe = (world.learn(f"Ines owns a {n}.") for n in "abcd")
    for kind, old, new in (
        (LinkKind.MERGED_INTO, ship, boat),
        (LinkKind.SUPERSEDES, boat, raft),
    ):
        link = Link(kind, old.id, new.id, 1.0, "found")
        world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    observe(world, boat, canoe)
    assert due(world) == [boat.id, canoe.id]


def test_what_rests_on_a_memory_is_found_by_it(world: World) -> None:
    boat, ship, raft = (world.learn(f"Ines owns a {n}.") for n in "abc")
    both, all_three = observe(world, boat, ship), observe(world, boat, ship, raft)
    assert resting_on(world, ship.id) == [both.id, all_three.id]
    assert resting_on(world, raft.id, "nothing") == [all_three.id]
    assert resting_on(world, both.id) == []
    assert resting_on(world, boat.id, scope=EVERYONE) == [both.id, all_three.id]
    (found, _) = world.records.consolidation.resting_on([boat.id], scope=ACME)
    assert found == both
    assert found.derived_from == (boat.id, ship.id)
    for scope in FOREIGN:
        assert resting_on(world, boat.id, scope=scope) == []


def test_another_link_is_no_derivation(world: World) -> None:
    boat, ship = (world.learn(f"Ines owns a {n}.") for n in "ab")
    link = Link(LinkKind.SUPPORTS, boat.id, ship.id, 1.0, "found")
    world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    assert resting_on(world, ship.id) == []


def test_what_is_deleted_is_looked_at_no_more(world: World) -> None:
    boat, ship = (world.learn(f"Ines owns a {n}.") for n in "ab")
    both = observe(world, boat, ship)
    world.records.consolidation.settle([boat.id], scope=ACME)
    world.records.memories.delete([boat.id, both.id], at=NOON, scope=ACME)
    assert resting_on(world, boat.id, ship.id) == []
    assert due(world) == [ship.id]


@pytest.mark.parametrize("scope", FOREIGN)
def test_nobody_else_changes_what_is_due(world: World, scope: Scope) -> None:
    boat = world.learn("Ines owns a boat.")
    store = world.records.consolidation
    store.settle([boat.id], scope=scope)
    assert due(world) == [boat.id]
    store.settle([boat.id], scope=ACME)
    store.renew([boat.id], scope=scope)
    assert due(world) == []
