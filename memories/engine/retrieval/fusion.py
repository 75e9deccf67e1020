"""Joins the signals by score, then lets a row's surroundings in the conversation count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from memories.engine.domain import Placement, ScoreBreakdown, Signal

# Halves for meaning and words as the first measurements suggested; a quarter more for what the
# question says of entities and time, where it says something. To be tuned once measured.
WEIGHTS: Final[Mapping[Signal, float]] = MappingProxyType(
    {
        Signal.SEMANTIC: 0.5,
        Signal.LEXICAL: 0.5,
        Signal.ENTITY: 0.25,
        Signal.TEMPORAL: 0.25,
    }
)
# What a neighbouring turn's score and the best of the session add, relative to a row's own.
NEIGHBOUR_WEIGHT: Final = 0.15
SESSION_WEIGHT: Final = 0.3
_WHOLE: Final = 1.0 + 2 * NEIGHBOUR_WEIGHT + SESSION_WEIGHT


@dataclass(frozen=True, slots=True)
class Fused:
    """A row's score with what went into it."""

    owner_id: str
    score: float
    breakdown: ScoreBreakdown


def fuse(
    scores: Mapping[Signal, Mapping[str, float]], *, weights: Mapping[Signal, float] = WEIGHTS
) -> dict[str, Fused]:
    """The weighted mean of the signals that apply; a row that a signal did not find has 0 of it.

    Args:
        scores: for each signal that applies, row id to score from 0 to 1.
        weights: of each signal.
    """
    total = sum(weights[signal] for signal in scores) or 1.0
    rows: dict[str, dict[Signal, float]] = {}
    for signal, ranking in scores.items():
        for owner_id, score in ranking.items():
            rows.setdefault(owner_id, {})[signal] = score
    return {
        owner_id: Fused(
            owner_id,
            sum(weights[signal] * score for signal, score in row.items()) / total,
            ScoreBreakdown(**{signal.value: score for signal, score in row.items()}),
        )
        for owner_id, row in rows.items()
    }


def in_context(fused: Mapping[str, Fused], placements: Mapping[str, Placement]) -> list[Fused]:
    """Each row's score with its neighbouring turns' and its session's, best first.

    The three parts are a weighted mean, so that the result stays between 0 and 1. A row without
    any score of its own is not among the results.
    """
    turns: dict[tuple[str, int], float] = {}
    sessions: dict[str, float] = {}
    for owner_id, row in fused.items():
        for session, position in placements[owner_id].turns:
            turns[session, position] = max(row.score, turns.get((session, position), 0.0))
            sessions[session] = max(row.score, sessions.get(session, 0.0))
    results = [
        _surrounded(row, placements[owner_id], turns, sessions)
        for owner_id, row in fused.items()
        if row.score > 0
    ]
    return sorted(results, key=lambda row: (-row.score, row.owner_id))


def _surrounded(
    row: Fused,
    placement: Placement,
    turns: Mapping[tuple[str, int], float],
    sessions: Mapping[str, float],
) -> Fused:
    neighbours = max(
        (
            turns.get((session, position - 1), 0.0) + turns.get((session, position + 1), 0.0)
            for session, position in placement.turns
        ),
        default=0.0,
    )
    session_score = max((sessions[session] for session, _ in placement.turns), default=0.0)
    added = NEIGHBOUR_WEIGHT * neighbours + SESSION_WEIGHT * session_score
    return replace(
        row,
        score=(row.score + added) / _WHOLE,
        breakdown=replace(row.breakdown, neighbours=neighbours / 2, session=session_score),
    )
