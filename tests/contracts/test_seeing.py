"""Which rows an index lets a read see, however it finds that out, over every adapter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.domain import (
    AllOf,
    Condition,
    Link,
    LinkKind,
    MemoryRecord,
    Operator,
    Scope,
    Selection,
)
from tests.contracts.worlds import ACME, EVERYONE, NOON, World

DAY = timedelta(days=1)
NOW = Selection(now=NOON)
# Holds for every row, and yet has to be asked of the file.
ANYTHING = AllOf(())
SCOPES = (ACME, replace(ACME, run="second"), replace(ACME, user="globex"))


def merge(world: World, memory: MemoryRecord, into: MemoryRecord) -> None:
    link = Link(LinkKind.MERGED_INTO, memory.id, into.id, 1.0, "")
    world.records.memories.link(link, at=NOON, said_at=NOON, scope=memory.scope)


def supersede(world: World, old: MemoryRecord, new: MemoryRecord) -> None:
    link = Link(LinkKind.SUPERSEDES, new.id, old.id, 1.0, "")
    world.records.memories.link(link, at=NOON, said_at=NOON, scope=old.scope)


def revise(world: World, memory: MemoryRecord, **changes: object) -> None:
    """A new version of the memory, with its words in the index if they are others."""
    newer = replace(memory, version=memory.version + 1, **changes)  # type: ignore[arg-type]
    with world.records.writing(scope=memory.scope):
        world.records.memories.revise(
            newer,
            identity=newer.id.encode() + bytes([newer.version]),
            said_at=NOON,
            old_text=memory.text,
            scope=EVERYONE,
        )
        if newer.text != memory.text:
            passage = world.draft(newer.id, newer.text, version=newer.version)
            world.passages.retire(newer.id, by=passage, scope=memory.scope)
            world.passages.put([passage], scope=memory.scope)


changes = st.sampled_from(["nothing", "expire", "merge", "revise", "delete", "withdraw", "earlier"])


@given(
    rows=st.lists(st.tuples(st.sampled_from(SCOPES), st.booleans(), changes), max_size=8),
    scope=st.sampled_from(
        [*SCOPES, replace(ACME, run=None), EVERYONE, Scope("acme", "notes", "x")]
    ),
    merged=st.booleans(),
    expired=st.booleans(),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_in_memory_shows_the_rows_that_the_file_shows(
    world: World,
    rows: list[tuple[Scope, bool, str]],
    scope: Scope,
    merged: bool,
    expired: bool,
) -> None:
    for owner, is_message, change in rows:
        happen(world, owner, change, is_message=is_message)
    plain = replace(NOW, include_merged=merged, show_expired=expired)
    asked = replace(plain, filter=ANYTHING)
    assert set(world.lexical("boat", plain, scope=scope)) == set(
        world.lexical("boat", asked, scope=scope)
    )
    assert set(world.semantic("boat", plain, scope=scope)) == set(
        world.semantic("boat", asked, scope=scope)
    )


def happen(world: World, scope: Scope, change: str, *, is_message: bool) -> None:
    expires_at = NOON if change == "expire" else None
    said_at = NOON - DAY if change == "earlier" else NOON
    if is_message:
        message = world.say("boat", scope=scope, said_at=said_at, expires_at=expires_at,
                            session=f"{scope.user} {scope.run}")  # fmt: skip
        if change in ("withdraw", "delete"):
            world.passages.withdraw([message.id], scope=scope)
        return
    memory = world.learn("boat", scope=scope, said_at=said_at, expires_at=expires_at)
    if change == "merge":
        merge(world, memory, into=world.learn("boat", scope=scope))
    if change == "revise":
        revise(world, memory, text="a boat")
    if change == "delete":
        world.records.memories.delete([memory.id], at=NOON, scope=scope)


RED = Condition("metadata", Operator.EQ, "red", ("colour",))


def test_a_row_that_changes_is_seen_as_it_is_at_once(world: World) -> None:
    boat = world.learn("a boat", metadata={"colour": "blue"})
    newer = world.learn("a boat")
    red = replace(NOW, filter=RED)
    assert world.lexical("boat", red) == []
    revise(world, boat, metadata={"colour": "red"})
    assert world.lexical("boat", red) == [boat.id]
    latest = replace(NOW, latest_only=True)
    assert set(world.lexical("boat", latest)) == {boat.id, newer.id}
    supersede(world, boat, newer)
    assert world.lexical("boat", latest) == [newer.id]


@pytest.mark.parametrize("change", ["expire", "merge", "revise", "delete"])
def test_a_change_is_seen_in_every_opening_of_the_store(
    world: World, open_world: Callable[[str], World], change: str
) -> None:
    other = open_world("b")
    boat, kept = world.learn("a boat"), world.learn("a boat")
    for each in (world, other):
        assert set(each.lexical("boat", NOW)) == {boat.id, kept.id}
    if change == "expire":
        revise(world, boat, expires_at=NOON)
    elif change == "merge":
        merge(world, boat, into=kept)
    elif change == "revise":
        revise(world, boat, text="a dinghy")
    else:
        world.records.memories.delete([boat.id], at=NOON, scope=ACME)
    for each in (world, other):
        assert each.lexical("boat", NOW) == [kept.id]
        found = each.candidates("boat", boat.id, kept.id)
        assert found.ids == ((boat.id, kept.id) if change == "revise" else (kept.id,))
    if change == "expire":
        revise(other, replace(boat, version=2), expires_at=NOON + DAY)
        assert set(world.lexical("boat", NOW)) == {boat.id, kept.id}
