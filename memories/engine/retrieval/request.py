"""What one search asks."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from memories.engine.domain import Selection, Signal

# What a search can be asked to leave out: a signal, the best of a row's session, or what the
# question's intent adds.
SESSION: Final = "session"
INTENT: Final = "intent"
SCORE_PARTS: Final = frozenset({*(signal.value for signal in Signal), SESSION, INTENT})


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What one search asks.

    Attributes:
        query: the question.
        selection: which rows may be seen.
        reference: the instant that "yesterday" is judged from.
        zone: the asker's time zone.
        top_k: at most so many hits.
        threshold: hits below this fused score, from 0 to 1, are left out.
        messages: raw turns as well as memories.
        neighbours: how many turns before and after its first source each hit carries.
        leave_out: parts of the score that are not used: any of SCORE_PARTS.
        rerank: let the reranker put the best hits in order once more.
        decay: let memories fade that were said long ago and not again.
        explain: say for each hit what each signal gave and why.
        hops: 2 to search once more for whom and what the best hits name; else 1.
    """

    query: str
    selection: Selection
    reference: datetime
    zone: tzinfo | None
    top_k: int
    threshold: float
    messages: bool
    neighbours: int
    leave_out: frozenset[str]
    explain: bool
    rerank: bool = False
    decay: bool = False
    hops: int = 1
