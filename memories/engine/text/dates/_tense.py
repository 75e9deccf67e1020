"""Which way a sentence looks: back or ahead."""

import re
from enum import Enum
from typing import Final


class Tense(Enum):
    """Where the words around a bare "May" or "Friday" place it."""

    PAST = "past"
    FUTURE = "future"
    UNKNOWN = "unknown"


# Verbs that tell in the present of what is to come: "I start on the 1st", "we meet in May".
_COMING: Final = (
    "start|begin|open|close|leave|depart|arrive|return|come|go|fly|travel|drive|sail|move|meet|marry"
    "|join|graduate|retire|finish|end|launch|visit|see|turn|celebrate|play|perform|present|host|run"
    r"|take|get(?:\s+married)?|check|head|defend|compete|expect"
)
_COMES: Final = (
    "starts|begins|opens|closes|leaves|departs|arrives|returns|goes|flies|travels|drives|sails"
    "|moves|meets|marries|joins|graduates|retires|finishes|ends|launches|visits|turns|performs|takes"
    r"|comes(?!\s+(?:before|after|from)\b)|gets(?:\s+married)?|lands|expires"
)
# "Did she go" is read whole, as its "go" is of the past.
_ENGLISH: Final = re.compile(
    rf"(?P<asked>\bdid(?:n['’]t)?\s+(?:[\w'’]+\s+){{1,4}}?(?:{_COMING})\b)"
    rf"|(?P<future>(?:\b(?:I|we|you|they|and|then|who)\s+(?:\w+ly\s+|also\s+|both\s+|all\s+)?(?:{_COMING})"
    rf"|(?<!\bthe\s)(?<!\bmy\s)(?<!\bour\s)(?<!\bhis\s)(?<!\bher\s)(?<!\bof\s)\b(?:{_COMES}))\b"
    r"|\b(?:have|has)\s+(?:an?|my|our|his|her|their)\b|(?:\bI\s+am|['’][ms])\s+(?:on|off|back|away|due)\b"
    r"|\bwill\b|['’]ll\b|\bwon['’]t\b|\b(?:going|about|hop(?:e|es|ing)|wants?|need|needs)\s+to\b"
    r"|(?:\bwould|['’]d)\s+(?:like|love|prefer|want)\s+to\b"
    r"|\bgonna\b|\bplan(?:s|ning)?\b|\blooking\s+forward\b|\bupcoming\b|\bcan['’]?t\s+wait\b"
    r"|\b(?:is|are)\s+(?:on|in|due|coming)\b|\bscheduled\b|\bexcited\s+(?:for|about|to)\b|\bintends?\b|\bsoon\b"
    r"|(?:\b(?:am|is|are)|['’](?:m|re|s))\s+\w+ing(?:\s+married)?\b|\blet['’]s\b)"
    r"|(?P<past>\b(?:was|were|did|didn['’]t|wasn['’]t|had|went|got|saw|met|took|made|came|bought|gave"
    r"|found|began|left|told|thought|felt|kept|ate|drank|drove|flew|ran|sat|said|sent|spent|won|lost"
    r"|wrote|built|brought|caught|taught|held|heard|knew|grew|threw|spoke|wore|woke|became|broke"
    r"|chose|fell|forgot|slept|stood|swam|sang|been|done|seen|last|ago"
    r"|(?!(?:need|indeed|speed|feed|seed|bleed|breed|hundred)\b)\w{2,}[^e\W]ed)\b)",
    re.IGNORECASE,
)
_SINCE: Final = re.compile(
    r"(?:\bsince|\bseit|\bdepuis|\bdesde|\bdal?)\s+(?:[\w'’]+\s+){0,2}$", re.IGNORECASE
)
_SENTENCE_ENDS: Final = re.compile(r"[.!?。!?\n]+(?=\s|$)|\n|[。!?]")
_REACH: Final = 200  # characters looked at on either side


def tense_around(text: str, start: int, end: int, *, markers: re.Pattern[str] = _ENGLISH) -> Tense:
    """The tense of the clause that holds text[start:end].

    The last marker before it in its sentence decides, else the first one after it.

    Args:
        text: the whole of it.
        start: where the time's words begin.
        end: where they end.
        markers: of the language, with a group for what is to come and one for what is past.
    """
    before = text[max(0, start - _REACH) : start]
    if _SINCE.search(before):
        return Tense.PAST
    for ending in _SENTENCE_ENDS.finditer(before):
        before = " " * ending.end() + before[ending.end() :]
    found = list(markers.finditer(before))
    if found:
        return _tense(found[-1])
    after = text[end : end + _REACH]
    ending_after = _SENTENCE_ENDS.search(after)
    following = markers.search(after[: ending_after.start()] if ending_after else after)
    return _tense(following) if following else Tense.UNKNOWN


def _tense(marker: re.Match[str]) -> Tense:
    return Tense.FUTURE if marker["future"] else Tense.PAST
