"""Joins the signals by score, then lets the best of a row's session count."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from memories.engine.domain import Candidates, Numbers, ScoreBreakdown, Signal

# Tuned on the development half of LoCoMo, leaving one conversation out at a time, with two
# embedding models: docs/decisions/0007.
WEIGHTS: Final[Mapping[Signal, float]] = MappingProxyType(
    {
        Signal.SEMANTIC: 0.5,
        Signal.LEXICAL: 0.3,
        Signal.ENTITY: 0.15,
        Signal.TEMPORAL: 0.2,
    }
)
# What the best of the session adds, relative to a row's own score.
SESSION_WEIGHT: Final = 0.3
# Whom a row is about is said of the row alone: all of a session are by the same few.
_OF_ROWS_ALONE: Final = frozenset({Signal.ENTITY})


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of all candidates, each from 0 to 1.

    Attributes:
        scores: fused.
        own: each signal's.
        sessions: the best of each row's session.
        intent: what the question's intent added; None for nothing.
    """

    scores: Numbers
    own: Mapping[Signal, Numbers]
    sessions: Numbers
    intent: "Numbers | None" = None

    def breakdown(self, row: int) -> ScoreBreakdown:
        """What went into one row's score."""
        signals = {signal.value: float(scores[row]) for signal, scores in self.own.items()}
        added = 0.0 if self.intent is None else float(self.intent[row])
        return ScoreBreakdown(**signals, session=float(self.sessions[row]), intent=added)


def fuse(
    candidates: Candidates,
    scores: Mapping[Signal, Numbers],
    *,
    weights: Mapping[Signal, float] = WEIGHTS,
    session_weight: float = SESSION_WEIGHT,
) -> Fused:
    """The weighted mean of the signals that apply, joined by the best of the row's session.

    Args:
        candidates: the rows.
        scores: of each signal that applies, for each row, from 0 to 1.
        weights: of each signal.
        session_weight: of the session's best, beside 1 for the row's own.
    """
    nothing = np.zeros(len(candidates.ids))
    total = sum(weights[signal] for signal in scores) or 1.0
    own = sum((weights[signal] * each for signal, each in scores.items()), nothing) / total
    of_rows = (weights[signal] * scores[signal] for signal in scores if signal in _OF_ROWS_ALONE)
    sessions = _best_of_sessions(candidates, own - sum(of_rows, nothing) / total)
    fused = (own + session_weight * sessions) / (1 + session_weight)
    # A row that no signal knows anything of is no answer, whatever its session says.
    return Fused(np.where(own > 0, fused, 0.0), scores, sessions)


def _best_of_sessions(candidates: Candidates, scores: Numbers) -> Numbers:
    """The best score among the turns of each row's session; a memory alone is one by itself."""
    messages = np.flatnonzero(candidates.is_message)
    numbers, session = np.unique(candidates.sessions[messages], return_inverse=True)
    best = np.zeros(len(numbers))
    np.maximum.at(best, session, scores[messages])
    of_rows = scores.copy()
    of_rows[messages] = best[session]
    memory, message = candidates.learned[:, 0], candidates.learned[:, 1]
    np.maximum.at(of_rows, memory, of_rows[message])
    return of_rows
