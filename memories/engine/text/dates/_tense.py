"""Which way a sentence looks: back or ahead."""

import re
from enum import Enum
from typing import Final


class Tense(Enum):
    """Where the words around a bare "May" or "Friday" place it."""

    PAST = "past"
    FUTURE = "future"
    UNKNOWN = "unknown"


_MARKERS: Final = re.compile(
    r"(?P<future>\bwill\b|['’]ll\b|\bwon['’]t\b|\b(?:going|about|hop(?:e|es|ing)|wants?|need|needs)\s+to\b"
    r"|(?:\bwould|['’]d)\s+(?:like|love|prefer|want)\s+to\b"
    r"|\bgonna\b|\bplan(?:s|ning)?\b|\blooking\s+forward\b|\bupcoming\b|\bcan['’]?t\s+wait\b"
    r"|\b(?:is|are)\s+(?:on|in|due|coming)\b|\bscheduled\b|\bexcited\s+(?:for|about|to)\b|\bintends?\b|\bsoon\b"
    r"|(?:\b(?:am|is|are)|['’](?:m|re|s))\s+\w+ing\b|\blet['’]s\b)"
    r"|(?P<past>\b(?:was|were|did|didn['’]t|wasn['’]t|had|went|got|saw|met|took|made|came|bought|gave"
    r"|found|began|left|told|thought|felt|kept|ate|drank|drove|flew|ran|sat|said|sent|spent|won|lost"
    r"|wrote|built|brought|caught|taught|held|heard|knew|grew|threw|spoke|wore|woke|became|broke"
    r"|chose|fell|forgot|slept|stood|swam|sang|been|done|seen|last|ago"
    r"|(?!(?:need|indeed|speed|feed|seed|bleed|breed|hundred)\b)\w{2,}[^e\W]ed)\b)",
    re.IGNORECASE,
)
_SENTENCE_ENDS: Final = re.compile(r"[.!?。!?\n]+(?=\s|$)|\n|[。!?]")
_REACH: Final = 200  # characters looked at on either side


def tense_around(text: str, start: int, end: int) -> Tense:
    """The tense of the clause that holds text[start:end].

    The last marker before it in its sentence decides, else the first one after it.
    """
    before = text[max(0, start - _REACH) : start]
    for ending in _SENTENCE_ENDS.finditer(before):
        before = " " * ending.end() + before[ending.end() :]
    markers = list(_MARKERS.finditer(before))
    if markers:
        return _tense(markers[-1])
    after = text[end : end + _REACH]
    ending_after = _SENTENCE_ENDS.search(after)
    following = _MARKERS.search(after[: ending_after.start()] if ending_after else after)
    return _tense(following) if following else Tense.UNKNOWN


def _tense(marker: re.Match[str]) -> Tense:
    return Tense.FUTURE if marker.group("future") else Tense.PAST
