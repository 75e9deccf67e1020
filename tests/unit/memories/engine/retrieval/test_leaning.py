"""Leaning to the newest, the oldest or all of one thing, on rows made by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pytest

from memories.engine.domain import Intent, Interval, Kind, Precision, QueryTime, Signal
from memories.engine.retrieval.fusion import Fused
from memories.engine.retrieval.leaning import lean
from memories.engine.retrieval.query import Query, read_query
from memories.engine.retrieval.signals.temporal import AskedTime
from tests.unit.memories.engine.retrieval.test_judging import rows

NOW: Final = datetime(2024, 1, 1, tzinfo=UTC)
DAYS: Final = tuple(86400.0 * day for day in range(5))
# Rows 0, 1 and 4 hold the question's word; row 1 and the memory 3 are one thing told twice.
HOLDING: Final = (1.0, 1.0, 0.0, 1.0, 1.0)

THEN: Final = AskedTime(QueryTime(), NOW)


def asked(intent: Intent) -> Query:
    read = read_query(
        "Where does she live?",
        reference=NOW,
        zone=None,
        languages=frozenset({"en"}),
        speakers=(),
    )
    return replace(read, intent=intent, telling=(True,), alternatives=(("live",),), marks=())


def leant(
    intent: Intent, *, counts: Sequence[float] = HOLDING, subjects: Sequence[float] = (1.0,) * 5
) -> list[float]:
    scores = np.full(5, 0.5)
    fused = Fused(scores, {Signal.ENTITY: np.array(subjects)}, scores)
    candidates = replace(rows(counts=counts, said_at=DAYS), kinds=np.full(5, -1))
    return [
        round(float(each) - 0.5, 3) for each in lean(fused, candidates, asked(intent), THEN).scores
    ]


@pytest.mark.parametrize(
    ("intent", "added"),
    [
        (Intent.CURRENT, [0.0, 0.06, 0.0, 0.06, 0.12]),
        (Intent.NEWEST, [0.0, 0.06, 0.0, 0.06, 0.12]),
        (Intent.OLDEST, [0.12, 0.06, 0.0, 0.06, 0.0]),
        (Intent.HISTORY, [0.12, 0.12, 0.0, 0.12, 0.12]),
        (Intent.ANY, [0.0] * 5),
        (Intent.LIST, [0.0] * 5),
    ],
)
def test_rows_of_one_thing_are_held_against_one_another(intent: Intent, added: list[float]) -> None:
    assert leant(intent) == added


def test_rows_by_somebody_else_and_rows_with_fewer_words_are_none_of_them() -> None:
    assert leant(Intent.NEWEST, subjects=(1.0, 1.0, 1.0, 1.0, 0.0)) == [0.0, 0.12, 0.0, 0.12, 0.0]
    assert leant(Intent.NEWEST, counts=(0.0, 0.0, 0.0, 0.0, 1.0)) == [0.0] * 5
    assert leant(Intent.NEWEST, counts=(0.0,) * 5) == [0.0] * 5


def test_a_plan_is_not_so_yet() -> None:
    scores = np.full(5, 0.5)
    candidates = rows(counts=HOLDING, said_at=DAYS)
    assert candidates.kinds[4] == list(Kind).index(Kind.PLAN)
    after = lean(Fused(scores, {}, scores), candidates, asked(Intent.CURRENT), THEN)
    assert after.breakdown(4).intent == 0
    assert after.breakdown(1).intent == pytest.approx(0.12)


def test_a_score_stays_within_its_scale_and_nothing_comes_of_nothing() -> None:
    scores = np.array([0.0, 0.95, 0.5, 0.95, 1.0])
    candidates = replace(rows(counts=HOLDING, said_at=DAYS), kinds=np.full(5, -1))
    after = lean(Fused(scores, {}, scores), candidates, asked(Intent.HISTORY), THEN)
    assert after.scores.max() == 1.0
    assert after.scores[0] == 0.0


def test_where_nothing_was_found_nothing_is_leant() -> None:
    none = np.zeros(0)
    fused = Fused(none, {Signal.ENTITY: none}, none)
    found = rows(counts=HOLDING, said_at=DAYS)
    nothing = replace(
        found,
        ids=(),
        said_at=none,
        kinds=np.zeros(0, dtype=np.int64),
        occurred=np.zeros((0, 2)),
        learned=np.zeros((0, 2), dtype=np.int64),
        owners=np.zeros(0, dtype=np.int64),
        counts=np.zeros((0, found.counts.shape[1])),
        lengths=none,
    )
    assert lean(fused, nothing, asked(Intent.CURRENT), THEN) is fused


def leant_to_a_state(
    *marked: Sequence[float], asked_time: AskedTime = THEN, intent: Intent = Intent.ANY
) -> list[float]:
    """What is added where the rows tell of a state, best column first."""
    scores = np.full(5, 0.5)
    candidates = replace(
        rows(said_at=DAYS),
        kinds=np.full(5, -1),
        counts=np.array([HOLDING, *marked]).T,
    )
    query = replace(asked(intent), marks=tuple((f"mark {each}",) for each in range(len(marked))))
    after = lean(Fused(scores, {}, scores), candidates, query, asked_time)
    return [round(float(each) - 0.5, 3) for each in after.scores]


def until(day: int) -> AskedTime:
    start = datetime(1969, 1, 1, tzinfo=UTC)
    interval = Interval(start, datetime(1970, 1, 1 + day, tzinfo=UTC), Precision.DAY)
    return AskedTime(QueryTime(), NOW, (interval,))


def test_of_what_tells_of_a_state_the_newest_by_then_comes_first() -> None:
    told = (1.0, 0.0, 1.0, 0.0, 1.0)
    assert leant_to_a_state(told) == [0, 0, 0.125, 0, 0.25]
    assert leant_to_a_state(told, asked_time=until(3)) == [0, 0, 0.25, 0, 0]
    assert leant_to_a_state(told, asked_time=until(2)) == [0.25, 0, 0, 0, 0]
    assert leant_to_a_state(told, intent=Intent.OLDEST) == [0.25, 0, 0.125, 0, 0]


def test_what_tells_less_of_a_state_counts_where_nothing_tells_more() -> None:
    best, less = (0.0, 0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0)
    assert leant_to_a_state(best, less) == [0, 0, 0.25, 0, 0]
    assert leant_to_a_state(best, less, asked_time=until(2)) == [0.25, 0, 0, 0, 0]
    assert leant_to_a_state((0.0,) * 5, (0.0,) * 5) == [0.0] * 5


def test_the_event_that_bounds_the_time_tells_of_another_state() -> None:
    told = (1.0, 1.0, 0.0, 1.0, 0.0)
    bounded = replace(THEN, anchor_id="fact")
    assert leant_to_a_state(told, asked_time=bounded) == [0.25, 0, 0, 0, 0]
