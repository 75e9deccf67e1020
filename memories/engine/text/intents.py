"""What a question wants to know, told by its words: a state, a history, a list, a count, an order.

Rules for English, and the commonest words of German, French, Spanish, Italian and Portuguese.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from memories.engine.domain import Intent, QueryTime, TimeIntent
from memories.engine.text.word_lists import patterns

_PATTERNS: Final[Mapping[Intent, str]] = {
    Intent.ORDER: (
        r"(?:in\s+)?(?:what|which)\s+order|(?:came|happened|was|did|is)\s+(?:\w+\s+){0,3}first"
        r"(?=\s*[,:;])|(?:which|what|who)\s+(?:\w+\s+){0,3}(?:came|happened|was)"
        r"\s+(?:first|earlier|later)|before\s+or\s+after|earlier\s+or\s+later"
        r"|in\s+welcher\s+reihenfolge|dans\s+quel\s+ordre|en\s+qué\s+orden|in\s+che\s+ordine"
        r"|em\s+que\s+ordem"
    ),
    Intent.HISTORY: (
        r"over\s+(?:time|the\s+(?:years|months|weeks))|history\s+of|evol(?:ve[ds]?|ution)|so\s+far"
        r"|how\s+(?:has|have|had|did)\b.{1,60}\bchanged?|im\s+laufe\s+der\s+zeit"
        r"|au\s+fil\s+du\s+temps"
    ),
    Intent.COUNT: (
        r"how\s+(?:many|often)|number\s+of|wie\s+(?:viele|oft)|combien\s+de|cuánt[oa]s|quant[ieo]s?"
    ),
    Intent.NEWEST: (
        r"(?:the\s+)?last\s+time|most\s+recent(?:ly)?|latest|newest|last(?=\s*\?)|zuletzt"
        r"|(?:la\s+)?dernière\s+fois|(?:la\s+)?última\s+vez|(?:l['’])?ultima\s+volta"
    ),
    Intent.OLDEST: (
        r"(?:the\s+)?first\s+time|(?<!at )first(?!\s+(?:name|class|aid|place|half|quarter))"
        r"|earliest|originally|initially|zuerst|erste[nrs]?|(?:la\s+)?première\s+fois"
        r"|(?:la\s+)?primera?\s+vez"
    ),
    Intent.LIST: (
        r"(?:what|which)\s+(?:\w+\s+){0,2}?\w{2,}(?<![isu])s(?=\s+(?:do|does|did|has|have"
        r"|had|is|are|was|were|can|will|would)\b)|list(?:\s+all)?|(?:kinds?|types?|sorts?)\s+of"
        r"|(?:what|who)\s+are|all\s+(?:of\s+)?(?:the|his|her|their|my)"
    ),
}
_INTENTS: Final = {
    intent: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
    for intent, pattern in _PATTERNS.items()
}
_PREFERENCE: Final = re.compile(
    r"(?<!\w)(?:favou?rite|prefers?|preferred|liebling\w+|préféré\w*|favorit[oa]|preferit[oa])(?!\w)",
    re.IGNORECASE,
)
# Of one thing that is so now. "What are" asks for several, "is she" for a yes or a no, and "has"
# may ask of all that ever was so.
_NOW: Final = re.compile(
    r"^\W*(?:(?:what|which|who|whose|where)\b[^?]{0,60}?\b(?:is|am|does)|where\s+(?:are|do)"
    r"|(?:what|where|who)['’]s)(?!\w)",
    re.IGNORECASE,
)
_NOT_NOW: Final = re.compile(
    r"(?<!\w)(?:did|was|were|has|have|had|will|would|can|could|should|might|hat|hatte|war"
    r"|était|avait|era|fue|tenía|aveva|foi|tinha)(?!\w)",
    re.IGNORECASE,
)
# Unlike "has she visited", what somebody does have is so now.
_DOES_HAVE: Final = re.compile(
    r"(?<!\w)do(?:es)?\s+(?:[\w'’-]+\s+){1,4}?have(?!\s+to\b)(?!\w)", re.IGNORECASE
)


def read_intent(query: str, time: QueryTime) -> tuple[Intent, str]:
    """What the question wants, and the words that tell, "" where it is the tense.

    A question in the present that names no time wants the current state; ANY where nothing tells.
    """
    for intent, pattern in _INTENTS.items():
        if found := pattern.search(query):
            return intent, found.group()
    names_time = bool(time.intervals) or time.anchor is not None or time.asks_when
    if time.intent is TimeIntent.CURRENT and not names_time:
        return Intent.CURRENT, time.words[-1]
    if names_time or time.intent is not TimeIntent.ANY:
        return Intent.ANY, ""
    if not _is_present(query):
        return Intent.ANY, ""
    found = _PREFERENCE.search(query)
    return (Intent.PREFERENCE, found.group()) if found else (Intent.CURRENT, "")


def _is_present(query: str) -> bool:
    found = _NOW.search(query) or _now_elsewhere().search(query)
    return found is not None and _NOT_NOW.search(_DOES_HAVE.sub(" ", query)) is None


@cache
def _now_elsewhere() -> re.Pattern[str]:
    """As `_NOW`, of the other languages."""
    ways = "|".join(
        rf"(?:{_one_of(asking)})\b[^?]{{0,60}}?\b(?:{_one_of(verbs)})"
        for asking, verbs in patterns("present_questions")
    )
    return re.compile(rf"^\W*(?:{ways})(?!\w)", re.IGNORECASE)


def _one_of(words: str) -> str:
    return "|".join(words.split())
