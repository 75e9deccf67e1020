"""Rows of the time that the question asks about. Raises what fits, hides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from memories.engine.domain import (
    Candidates,
    Interval,
    Kind,
    MemoryRecord,
    Numbers,
    Precision,
    QueryTime,
    TimeIntent,
    Vector,
)
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.names import names_whole

_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_END: Final = datetime(9999, 12, 30, tzinfo=UTC)
# How well a row fits: what it tells of lies in the asked time; it was only said then; it was
# said then but tells of another time.
_TOLD_OF: Final = 1.0
_SAID_THEN: Final = 0.7
_SAID_OF_ANOTHER_TIME: Final = 0.3
# Just outside of the asked time: people date things loosely.
_JUST_OUTSIDE: Final = 0.5
# A row whose kind fits the asked time of a life, without any date.
_KIND_FITS: Final = 0.5
# A dated row, where the question is when.
_DATED: Final = 0.4
# A current state loses half its score in so many days unless said again.
_HALF_LIFE_DAYS: Final = 180.0
_ANCHOR_FROM: Final = 0.4
# Memories that may be the anchor, and what it counts for one to name it in the very words.
_ANCHORS_LOOKED_AT: Final = 8
_NAMED: Final = 0.3
_DAY_SECONDS: Final = 86400.0
# How far outside of a long or open time is still just outside.
_NEARBY_SECONDS: Final = 366 * _DAY_SECONDS
# As `Candidates.kinds` has them.
_PLACES: Final = {kind: place for place, kind in enumerate(Kind)}
_LASTING: Final = frozenset({Kind.STATE, Kind.PREFERENCE, Kind.RELATIONSHIP, Kind.ABSENCE})


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The time asked about, with the anchor found.

    Attributes:
        intervals: any of them fits.
        newest: when the scope's newest row was said: "now" can't be known any better.
        anchor_id: the memory that bounds the time; it is no answer itself.
        note: which memory bounds the time, or that none was found.
    """

    time: QueryTime
    reference: datetime
    intervals: tuple[Interval, ...] = ()
    newest: datetime | None = None
    anchor_id: str | None = None
    note: str | None = None

    @property
    def says_something(self) -> bool:
        """False for a question without any time, or one merely put in the past tense."""
        pointed = self.time.intent in (TimeIntent.CURRENT, TimeIntent.FUTURE)
        return bool(self.intervals) or self.time.asks_when or pointed


def read_time(
    time: QueryTime, *, reference: datetime, reach: Reach, tools: SearchTools
) -> AskedTime:
    """The asked time; an anchor event ("before she moved") is looked up among the memories.

    Raises:
        EmbedderError: the model gave no usable vector for the anchor.
    """
    newest = None
    if time.intent is TimeIntent.CURRENT:
        newest = tools.index.newest(scope=reach.scope, selection=reach.selection)
    read = AskedTime(time, reference, time.intervals, newest)
    if time.anchor is None:
        return read
    asked = QueryVector(time.anchor, tools.embedder, tools.tracer).get()
    if asked.vector is None:
        return replace(read, note=asked.note)
    anchor = _anchor_of(time.anchor, asked.vector, reach, tools)
    if anchor is None:
        return replace(read, note=f"no memory tells when {time.anchor!r} was")
    event = anchor.occurred or Interval(anchor.said_at, anchor.said_at, Precision.INSTANT)
    note = f"{time.anchor_side} {time.anchor!r}, {event.start:%-d %B %Y}"
    intervals = (*time.intervals, _beside(event, time))
    return replace(read, intervals=intervals, anchor_id=anchor.id, note=note)


def _anchor_of(words: str, vector: Vector, reach: Reach, tools: SearchTools) -> MemoryRecord | None:
    """The memory that tells of the event: of the nearest, one that names it in the same words."""
    nearest = tools.index.semantic(
        vector,
        scope=reach.scope,
        selection=reach.selection,
        limit=_ANCHORS_LOOKED_AT,
        messages=False,
    )
    found = tools.records.memories.get([each.owner_id for each in nearest], scope=reach.scope)
    scale = tools.embedder.scale
    sure: dict[str, float] = {
        each.owner_id: scale.score(each.score)
        + _NAMED * names_whole(found[each.owner_id].text, words)
        for each in nearest
        if each.owner_id in found
    }
    best = max(sure, key=lambda id_: sure[id_], default=None)
    return found[best] if best is not None and sure[best] >= _ANCHOR_FROM else None


def _beside(event: Interval, time: QueryTime) -> Interval:
    """The time before or after the event: as far from it as asked, or all of it."""
    before, away = time.anchor_side == "before", time.anchor_distance
    if away is not None:
        length = -away.length if before else away.length
        start, until = event.start + length - away.slack, event.until + length + away.slack
        return Interval(start, until, Precision.DAY if not away.slack else Precision.WEEK)
    if before:
        return Interval(_BEGINNING, event.start, event.precision)
    return Interval(event.until, _END, event.precision)


def find_by_time(asked: AskedTime, *, reach: Reach, tools: SearchTools) -> Finding:
    """Rows of the named intervals. Without one, only what other signals find is judged."""
    if not asked.says_something:
        return Finding(applies=False, note=asked.note)
    found: dict[str, None] = {}
    for interval in asked.intervals:
        for each in tools.index.temporal(
            interval,
            scope=reach.scope,
            selection=reach.selection,
            limit=reach.breadth,
            messages=reach.messages,
        ):
            found.setdefault(each.owner_id)
    return Finding(tuple(found), note=asked.note)


def judge_times(candidates: Candidates, asked: AskedTime) -> Numbers:
    """How well each row fits the asked time, from 0 to 1."""
    if asked.intervals:
        fits = [_fit_interval(each, candidates) for each in asked.intervals]
        scores: Numbers = np.maximum.reduce(fits)
    else:
        scores = _fit_intent(asked, candidates)
    if asked.time.asks_when:
        dated = ~np.isnan(candidates.occurred[:, 0])
        scores = np.where(dated, np.maximum(scores, _DATED), scores)
    if asked.time.anchor_clause and asked.anchor_id in candidates.ids:
        anchor = candidates.ids.index(asked.anchor_id)
        scores[anchor] = 0.0
        memory, message = candidates.learned[:, 0], candidates.learned[:, 1]
        scores[message[memory == anchor]] = 0.0
    return scores


def _fit_interval(asked: Interval, rows: Candidates) -> Numbers:
    said = _overlap(asked, rows.said_at, rows.said_at)
    told = _TOLD_OF * _overlap(asked, rows.occurred[:, 0], rows.occurred[:, 1])
    return np.where(
        np.isnan(told), _SAID_THEN * said, np.maximum(told, _SAID_OF_ANOTHER_TIME * said)
    )


def _overlap(asked: Interval, start: Numbers, until: Numbers) -> Numbers:
    """1 inside; the covered share where the row's time is wider; less the farther outside.

    NaN where the row's time is.
    """
    first, last = asked.start.timestamp(), asked.until.timestamp()
    length = last - first or 1.0
    nearby = min(length, _NEARBY_SECONDS)
    own = until - start
    shared = np.minimum(last, until) - np.maximum(first, start)
    covered = np.maximum(_JUST_OUTSIDE, shared / np.maximum(own, length))
    inside = np.where(own <= length, 1.0, covered)
    outside = _JUST_OUTSIDE * np.exp(np.minimum(shared, 0.0) / nearby)
    touches = (shared > 0) | ((own == 0) & (first <= start) & (start < last))
    return np.where(touches, inside, outside)


def _fit_intent(asked: AskedTime, rows: Candidates) -> Numbers:
    intent = asked.time.intent
    if intent is TimeIntent.FUTURE:
        ahead = rows.occurred[:, 1] > asked.reference.timestamp()
        return np.where(ahead, _TOLD_OF, np.where(rows.kinds == _PLACES[Kind.PLAN], _KIND_FITS, 0))
    if intent is TimeIntent.CURRENT:
        newest = min(asked.reference, asked.newest or asked.reference).timestamp()
        days = np.maximum(newest - rows.said_at, 0.0) / _DAY_SECONDS
        lasting = np.isin(rows.kinds, [_PLACES[kind] for kind in _LASTING])
        return 0.5 ** (days / _HALF_LIFE_DAYS) * np.where(lasting, 1.0, _KIND_FITS)
    return np.zeros(len(rows.ids))


def explain_time(asked: AskedTime) -> Sequence[str]:
    """What the question was taken to ask of time."""
    named = asked.time.words
    words = [f"the question says {', '.join(map(repr, named))}"] if named else []
    return [*words, *([asked.note] if asked.note else [])]
