"""Leans the ranking to what a question wants: the newest state, the first, all of a history.

What it adds is small and bounded, and only rows of the same thing are held against one another:
those of one speaker that hold as many of the question's words. Lists, counts and orders are not
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

# Added to the newest of a thing, or to the oldest where that is asked for; none to the other end.
# Set on questions over made conversations: docs/decisions/0021.
_MOST: Final = 0.12
# The words of time and of intent aside, a row of the same thing holds at least this share of what
# the best row holds of the question's words, and that row at least as much of the question.
_SAME_THING: Final = 0.8
_TELLING: Final = 0.4
_BY_TIME: Final = frozenset((Intent.CURRENT, Intent.PREFERENCE, Intent.NEWEST, Intent.OLDEST))
_PLAN: Final = list(Kind).index(Kind.PLAN)


def lean(fused: Fused, candidates: Candidates, query: Query, *, reference: datetime) -> Fused:
    """The scores with what the question's intent adds.

    Args:
        fused: the scores.
        candidates: the rows.
        query: the question.
        reference: the instant that it is asked at.
    """
    if query.intent not in _BY_TIME and query.intent is not Intent.HISTORY:
        return fused
    rivals = _of_the_same_thing(candidates, query, fused.own)
    if query.intent in {Intent.CURRENT, Intent.PREFERENCE}:
        rivals &= ~_ahead(candidates, reference)
    if np.count_nonzero(rivals) < 2:  # noqa: PLR2004 - nothing to hold it against
        return fused
    added = np.zeros(len(candidates.ids))
    added[rivals] = _places(candidates, rivals, query.intent)
    scores = np.where(fused.scores > 0, np.minimum(fused.scores + _MOST * added, 1.0), 0.0)
    return replace(fused, scores=scores, intent=_MOST * added)


def _of_the_same_thing(
    candidates: Candidates, query: Query, own: Mapping[Signal, Numbers]
) -> Flags:
    """Rows that are by or about whom the question names and hold as many of its words."""
    held = np.zeros(len(candidates.ids))
    telling = np.array(query.telling, dtype=np.bool_)
    weights = np.where(telling, candidates.rarities, 0.0)
    if not weights.sum():
        return np.zeros(len(candidates.ids), dtype=np.bool_)
    shares = (candidates.counts > 0) @ weights / weights.sum()
    np.maximum.at(held, candidates.owners, shares)
    subjects = own.get(Signal.ENTITY)
    if subjects is not None:
        held = np.where(subjects >= subjects.max(initial=0.0), held, 0.0)
    best = held.max(initial=0.0)
    same: Flags = held >= _SAME_THING * best if best >= _TELLING else held > best
    return same


def _ahead(candidates: Candidates, reference: datetime) -> Flags:
    """Plans, and what lies ahead: not so yet."""
    later = candidates.occurred[:, 0] > reference.timestamp()
    ahead: Flags = later | (candidates.kinds == _PLAN)
    return ahead


def _places(candidates: Candidates, rivals: Flags, intent: Intent) -> Numbers:
    """1 for the newest, 0 for the oldest, evenly between; the other way round for the oldest.

    A history wants all of them alike.
    """
    if intent is Intent.HISTORY:
        return np.ones(np.count_nonzero(rivals))
    started = candidates.occurred[:, 0]
    moments = np.where(np.isnan(started), candidates.said_at, started)
    # A turn is as old as what was learned from it.
    moments[candidates.learned[:, 1]] = moments[candidates.learned[:, 0]]
    distinct, place = np.unique(moments[rivals], return_inverse=True)
    shares: Numbers = place / max(len(distinct) - 1, 1)
    return 1 - shares if intent is Intent.OLDEST else shares
