"""What was folded or replaced by a consolidation, as each view shows it."""

from datetime import datetime, timedelta
from typing import Any

from memories.engine.domain import ConsolidationEvent, HistoryEvent, LinkKind
from memories.engine.ports.clock import FixedClock
from tests.library.consolidating import (
    JANUARY,
    LISBON,
    MARCH,
    PORTO,
    by_text,
    claims,
    model_that,
    tell,
)
from tests.library.learned import Opens, acme_of


def test_a_state_that_changed_is_marked_with_what_replaced_it(asking: Opens) -> None:
    memory = asking(model_that(lambda shown: claims(replaced=[(shown[PORTO], shown[LISBON])])))
    acme = acme_of(memory)
    (porto,) = tell(memory, PORTO, scope=acme)
    (lisbon,) = tell(memory, LISBON, scope=acme, at=MARCH)
    (outcome,) = memory.consolidate(scope=acme).outcomes
    assert (outcome.event, outcome.memory_id, outcome.by, outcome.reason) == (
        ConsolidationEvent.SUPERSEDE,
        porto,
        lisbon,
        "she moved",
    )
    assert memory.get(porto).superseded_by == lisbon
    (link,) = memory.links(porto)
    assert (link.kind, link.score) == (LinkKind.SUPERSEDES, 1.0)
    assert link.reason == "she moved, found by scripted, consolidation prompt 1"
    assert [(each.event, each.reason) for each in memory.history(porto)][-1] == (
        HistoryEvent.SUPERSEDE,
        lisbon,
    )
    assert set(by_text(memory, acme)) == {PORTO, LISBON}
    assert set(by_text(memory, acme, latest_only=True)) == {LISBON}
    february = datetime(2024, 2, 1, tzinfo=JANUARY.tzinfo)
    assert set(by_text(memory, acme, latest_only=True, as_of=february)) == {PORTO}
    assert memory.get(porto, as_of=february).superseded_by is None
    for as_of, latest in ((february, porto), (None, lisbon)):
        hits = memory.search(
            "Where does Ana live?",
            scope=acme,
            latest_only=True,
            as_of=as_of,
            include_messages=False,
        )
        assert [hit.id for hit in hits] == [latest]


def test_what_had_been_recorded_by_then_is_not_folded_or_replaced_since(
    asking: Opens, clock: FixedClock
) -> None:
    boat, ship = "Ana owns a boat called Rio.", "Ana has a boat, Rio."
    memory = asking(
        model_that(
            lambda shown: claims(
                same=[[shown[ship], shown[boat]]], replaced=[(shown[PORTO], shown[LISBON])]
            )
        )
    )
    acme = acme_of(memory)
    tell(memory, PORTO, boat, scope=acme)
    tell(memory, LISBON, ship, scope=acme, at=MARCH)
    yesterday = clock.now()
    clock.advance(timedelta(days=1))
    assert len(memory.consolidate(scope=acme).outcomes) == 2
    everything = {PORTO, LISBON, boat, ship}
    for recorded, seen in ((yesterday, everything), (clock.now(), {LISBON, boat})):
        view: dict[str, Any] = {"latest_only": True, "recorded_as_of": recorded}
        listed = by_text(memory, acme, **view)
        assert set(listed) == seen
        hits = memory.search("Ana lives, owns a boat", scope=acme, include_messages=False, **view)
        assert {hit.text for hit in hits} == seen
        assert all(each.superseded_by is None for each in listed.values())
    # Both axes at once: of what was known yesterday, what had been said by January.
    then = by_text(memory, acme, as_of=JANUARY, recorded_as_of=yesterday, latest_only=True)
    assert set(then) == {PORTO, boat}


def test_repeats_are_folded_and_found_again_when_they_are_asked_for(asking: Opens) -> None:
    boat, ship = "Ana owns a boat called Rio.", "Ana has a boat, Rio."
    memory = asking(model_that(lambda shown: claims(same=[[shown[ship], shown[boat]]])))
    acme = acme_of(memory)
    (first,) = tell(memory, boat, scope=acme)
    (second,) = tell(memory, ship, scope=acme, at=MARCH)
    (outcome,) = memory.consolidate(scope=acme).outcomes
    assert (outcome.event, outcome.memory_id, outcome.by) == (
        ConsolidationEvent.MERGE,
        second,
        first,
    )
    assert set(by_text(memory, acme)) == {boat}
    assert by_text(memory, acme, include_merged=True)[ship].merged_into == first
    (link,) = memory.links(second)
    assert 0 < link.score < 1
    assert [each.event for each in memory.history(second)][-1] is HistoryEvent.MERGE
    assert set(by_text(memory, acme, as_of=JANUARY)) == {boat}
