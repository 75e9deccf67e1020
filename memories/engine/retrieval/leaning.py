"""Leans the ranking to what a question wants: the newest state, the first, all of a history.

What it adds is small and bounded, and only rows of the same thing are held against one another:
those of one speaker that tell of the state that is asked for (text/states), or else hold as many of
the question's words. Lists, counts and orders are not
leant: taking turns among sessions found less of what they ask for (docs/decisions/0021).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from memories.engine.domain import Candidates, Flags, Intent, Kind, Numbers, Signal
from memories.engine.retrieval.fusion import Fused
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.signals.temporal import AskedTime

# Added to the newest of a thing, or to the oldest where that is asked for; none to the other end.
# Set on questions over made conversations: docs/decisions/0021.
_MOST: Final = 0.12
# The same where rows are marked as telling of a state, which is surer than words in common:
# docs/decisions/0029.
_MOST_OF_STATES: Final = 0.25
# The words of time and of intent aside, a row of the same thing holds at least this share of what
# the best row holds of the question's words, and that row at least as much of the question.
_SAME_THING: Final = 0.8
_TELLING: Final = 0.4
_BY_TIME: Final = frozenset((Intent.CURRENT, Intent.PREFERENCE, Intent.NEWEST, Intent.OLDEST))
_PLAN: Final = list(Kind).index(Kind.PLAN)


def lean(fused: Fused, candidates: Candidates, query: Query, asked: AskedTime) -> Fused:
    """The scores with what the question's intent adds.

    Args:
        fused: the scores.
        candidates: the rows.
        query: the question.
        asked: the time that it asks about.
    """
    if query.marks:
        return _lean_to_state(fused, candidates, query, asked)
    if query.intent not in _BY_TIME and query.intent is not Intent.HISTORY:
        return fused
    rivals = _of_the_same_thing(candidates, query, fused.own)
    if query.intent in {Intent.CURRENT, Intent.PREFERENCE}:
        rivals &= ~_ahead(candidates, asked.reference)
    if np.count_nonzero(rivals) < 2:  # noqa: PLR2004 - nothing to hold it against
        return fused
    return _leant(fused, candidates, rivals, query.intent, _MOST)


def _lean_to_state(fused: Fused, candidates: Candidates, query: Query, asked: AskedTime) -> Fused:
    """Of what tells of the state, the newest by the time that is asked about comes first."""
    until = min((each.until for each in asked.intervals), default=asked.reference)
    fits = _by_the_subject(candidates, fused.own) & ~_ahead(candidates, until)
    if asked.anchor_id in candidates.ids:
        fits &= ~_told_of(candidates, candidates.ids.index(asked.anchor_id))
    intent = Intent.OLDEST if query.intent is Intent.OLDEST else Intent.CURRENT
    for held in candidates.counts[:, len(query.alternatives) :].T > 0:
        rivals = np.zeros(len(candidates.ids), dtype=np.bool_)
        rivals[candidates.owners[held]] = True
        rivals &= fits
        if rivals.any():
            return _leant(fused, candidates, rivals, intent, _MOST_OF_STATES)
    return fused


def _leant(
    fused: Fused, candidates: Candidates, rivals: Flags, intent: Intent, most: float
) -> Fused:
    added = np.zeros(len(candidates.ids))
    added[rivals] = _places(candidates, rivals, intent)
    scores = np.where(fused.scores > 0, np.minimum(fused.scores + most * added, 1.0), 0.0)
    return replace(fused, scores=scores, intent=most * added)


def _told_of(candidates: Candidates, row: int) -> Flags:
    """The row and the turns that it was learned from."""
    same = np.zeros(len(candidates.ids), dtype=np.bool_)
    same[row] = True
    same[candidates.learned[candidates.learned[:, 0] == row, 1]] = True
    return same


def _of_the_same_thing(
    candidates: Candidates, query: Query, own: Mapping[Signal, Numbers]
) -> Flags:
    """Rows that are by or about whom the question names and hold as many of its words."""
    held = np.zeros(len(candidates.ids))
    telling = np.array(query.telling, dtype=np.bool_)
    weights = np.where(telling, candidates.rarities[: len(telling)], 0.0)
    if not weights.sum():
        return np.zeros(len(candidates.ids), dtype=np.bool_)
    shares = (candidates.counts > 0) @ weights / weights.sum()
    np.maximum.at(held, candidates.owners, shares)
    held = np.where(_by_the_subject(candidates, own), held, 0.0)
    best = held.max(initial=0.0)
    same: Flags = held >= _SAME_THING * best if best >= _TELLING else held > best
    return same


def _by_the_subject(candidates: Candidates, own: Mapping[Signal, Numbers]) -> Flags:
    """Rows by or about whom the question names; all of them where it names nobody."""
    subjects = own.get(Signal.ENTITY)
    if subjects is None:
        return np.ones(len(candidates.ids), dtype=np.bool_)
    by: Flags = subjects >= subjects.max(initial=0.0)
    return by


def _ahead(candidates: Candidates, reference: datetime) -> Flags:
    """Plans, and what lies ahead: not so yet."""
    later = _moments(candidates) >= reference.timestamp()
    ahead: Flags = later | (candidates.kinds == _PLAN)
    return ahead


def _places(candidates: Candidates, rivals: Flags, intent: Intent) -> Numbers:
    """1 for the newest, 0 for the oldest, evenly between; the other way round for the oldest.

    A history wants all of them alike.
    """
    distinct, place = np.unique(_moments(candidates)[rivals], return_inverse=True)
    if intent is Intent.HISTORY or len(distinct) == 1:
        return np.ones(len(place))
    shares: Numbers = place / (len(distinct) - 1)
    return 1 - shares if intent is Intent.OLDEST else shares


def _moments(candidates: Candidates) -> Numbers:
    """When what each row tells of began, or else when it was said."""
    started = candidates.occurred[:, 0]
    moments: Numbers = np.where(np.isnan(started), candidates.said_at, started)
    # A turn is as old as what was learned from it.
    moments[candidates.learned[:, 1]] = moments[candidates.learned[:, 0]]
    return moments
