"""What one search asks."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from memories.engine.domain import Selection


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
        explain: say for each hit what each signal gave and why.
    """

    query: str
    selection: Selection
    reference: datetime
    zone: tzinfo | None
    top_k: int
    threshold: float
    messages: bool
    neighbours: int
    explain: bool
