"""Lets memories fade that were said long ago and not again, where that is asked for."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from memories.engine.domain import SearchHit, SearchResult

# What a fused score keeps at least: fading puts hits in order and hides none.
LEAST: Final = 0.7
# In which half of the rest fades. Being said again makes it as much longer each time.
HALF_LIFE_DAYS: Final = 90.0
# So many more hits, and so many at least, are looked at: one further back may have faded less.
_WIDER: Final = 3
_LEAST_HITS: Final = 50
_MOST_HITS: Final = 1000
_SECONDS_A_DAY: Final = 86_400.0


def hits_to_fade(top_k: int) -> int:
    """How many hits are to be found, so that the best `top_k` are among them."""
    return min(max(_WIDER * top_k, _LEAST_HITS), max(top_k, _MOST_HITS))


def decayed(found: SearchResult, *, reference: datetime, explain: bool, top_k: int) -> SearchResult:
    """The hits with their scores faded, best first.

    Args:
        found: the hits.
        reference: the instant that age is judged from.
        explain: say of each hit how much it faded, and why.
        top_k: at most so many.
    """
    faded = [_faded(hit, reference, explain) for hit in found]
    # Equal scores stay in the order in which they were found.
    best = sorted(faded, key=lambda hit: -hit.score)[:top_k]
    return replace(found, hits=tuple(best))


def strength(*, days: float, repeats: int) -> float:
    """What a score is multiplied with, from LEAST to 1.

    Args:
        days: since it was said.
        repeats: how often the same was said again.
    """
    fresh = 0.5 ** (max(days, 0.0) / (HALF_LIFE_DAYS * (1 + repeats)))
    return LEAST + (1.0 - LEAST) * float(fresh)


def _faded(hit: SearchHit, reference: datetime, explain: bool) -> SearchHit:
    repeats = 0 if hit.memory is None else hit.memory.reinforcements
    days = (reference - hit.said_at).total_seconds() / _SECONDS_A_DAY
    tells_of = None if hit.memory is None else hit.memory.occurred
    if tells_of is not None and tells_of.until > reference:
        # A plan does not fade before its time.
        days = 0.0
    kept = strength(days=days, repeats=repeats)
    why = f"said {max(days, 0.0):.0f} days ago and {repeats} times again: {kept:.2f} of the score"
    return replace(
        hit,
        score=hit.score * kept,
        breakdown=replace(hit.breakdown, decay=kept),
        explanation=(*hit.explanation, why) if explain else hit.explanation,
    )
