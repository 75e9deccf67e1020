"""Memories in Postgres are looked at together as those of a file are, and found accordingly."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from memories import Memory, NotFound, Scope
from tests.library.consolidating import (
    HABIT,
    JANUARY,
    LISBON,
    MARCH,
    PORTO,
    RUNS,
    by_text,
    claims,
    model_that,
    tell,
)
from tests.records.hosted import hosted_memory

BOAT: Final = "Ana owns a boat called Rio."
SHIP: Final = "Ana has a boat, Rio."
FEBRUARY: Final = datetime(2024, 2, 1, tzinfo=JANUARY.tzinfo)


def claiming(shown: Mapping[str, int]) -> dict[str, Any]:
    return claims(
        same=[[shown[BOAT], shown[SHIP]]],
        replaced=[(shown[PORTO], shown[LISBON])],
        observations=[(HABIT, [shown[text] for text in RUNS])],
    )


@pytest.fixture
def memory(transactional_db: None, records_database: None) -> Iterator[Memory]:
    with hosted_memory(model_that(claiming)) as opened:
        scope = opened.scope(user="ana")
        tell(opened, PORTO, BOAT, *RUNS, scope=scope)
        tell(opened, LISBON, SHIP, scope=scope, at=MARCH)
        yield opened


@pytest.fixture
def ana(memory: Memory) -> Scope:
    return memory.scope(user="ana")


def found(memory: Memory, ana: Scope, **view: Any) -> set[str]:
    hits = memory.search(
        "Ana lives, owns a boat, likes to run",
        scope=ana,
        include_messages=False,
        top_k=50,
        **view,
    )
    return {hit.text for hit in hits}


def test_each_view_shows_what_it_should(memory: Memory, ana: Scope) -> None:
    seen = memory.preview_consolidation(scope=ana)
    before = datetime.now(UTC)
    everything = {PORTO, LISBON, BOAT, SHIP, *RUNS}
    assert set(by_text(memory, ana)) == found(memory, ana) == everything
    done = memory.consolidate(scope=ana)
    assert [each.event for each in done.outcomes] == ["MERGE", "SUPERSEDE", "ADD"]
    assert [each.by for each in seen.outcomes] == [each.by for each in done.outcomes]
    views: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {PORTO, LISBON, BOAT, HABIT, *RUNS}),
        ({"latest_only": True}, {LISBON, BOAT, HABIT, *RUNS}),
        ({"include_merged": True}, everything | {HABIT}),
        ({"latest_only": True, "as_of": FEBRUARY}, {PORTO, BOAT, HABIT, *RUNS}),
        ({"latest_only": True, "recorded_as_of": before}, everything),
        ({"latest_only": True, "recorded_as_of": before, "as_of": FEBRUARY}, {PORTO, BOAT, *RUNS}),
    ]
    for view, texts in views:
        assert set(by_text(memory, ana, **view)) == texts, view
        assert found(memory, ana, **view) == texts, view
    assert by_text(memory, ana)[HABIT].derived_from
    assert memory.consolidate(scope=ana).questions == 0


def test_an_observation_goes_with_its_source(memory: Memory, ana: Scope) -> None:
    memory.consolidate(scope=ana)
    habit = by_text(memory, ana)[HABIT]
    (hit,) = [each for each in memory.search(HABIT, scope=ana) if each.id == habit.id]
    assert hit.memory == habit
    memory.update(habit.derived_from[0], text="Ana swims before work.")
    with pytest.raises(NotFound):
        memory.get(habit.id)
    assert HABIT not in found(memory, ana)
    assert memory.predict_consolidation(scope=ana).read > 0
