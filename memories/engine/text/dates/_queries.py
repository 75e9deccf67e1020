"""Reading what a question asks of time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from memories.engine.domain import (
    DateExpression,
    Distance,
    Interval,
    Precision,
    QueryTime,
    TimeIntent,
)
from memories.engine.text.dates._calendar import Calendar
from memories.engine.text.dates._statements import find_dates
from memories.engine.text.dates._words import FEW, NUMBER, number_of

_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)
_RECENT_DAYS: Final = 30


class _Bound(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    SINCE = "since"
    FROM = "from"
    UNTIL = "until"


_BOUNDS: Final = {
    "before": _Bound.BEFORE,
    "prior to": _Bound.BEFORE,
    "by": _Bound.UNTIL,
    "until": _Bound.UNTIL,
    "till": _Bound.UNTIL,
    "up to": _Bound.UNTIL,
    "after": _Bound.AFTER,
    "since": _Bound.SINCE,
    "from": _Bound.FROM,
    "starting": _Bound.SINCE,
    "vor": _Bound.BEFORE,
    "nach": _Bound.AFTER,
    "seit": _Bound.SINCE,
    "avant": _Bound.BEFORE,
    "après": _Bound.AFTER,
    "depuis": _Bound.SINCE,
    "antes de": _Bound.BEFORE,
    "después de": _Bound.AFTER,
    "desde": _Bound.SINCE,
}
_BOUND_BEFORE: Final = re.compile(
    rf"(?<!\w)(?P<bound>{'|'.join(sorted(_BOUNDS, key=len, reverse=True))})\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"(?<!\w)(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_AND: Final = re.compile(r"\s*(?:-|\u2013|and|to|until|till|through)\s*(?:the\s+)?", re.IGNORECASE)
_OPEN_END: Final = re.compile(r"\s+(?:on|onwards?)(?!\w)", re.IGNORECASE)
_SINCE: Final = re.compile(r"since\s", re.IGNORECASE)
_YEAR: Final = re.compile(r"\d{4}")
_REACH: Final = 24

_RECENTLY: Final = re.compile(r"(?<!\w)(?:recently|lately|of\s+late)(?!\w)", re.IGNORECASE)
_ASKS_WHEN: Final = re.compile(
    r"(?<!\w)(?:(?:since\s+)?when\s+(?:did|does|do|is|was|were|are|will|has|have|had|would|can|should)"
    r"|when['’]s|how\s+long\s+ago|how\s+long\s+(?:has|have|had)"
    r"|(?:what|which|on\s+what|in\s+what|in\s+which|on\s+which)\s+(?:exact\s+)?"
    r"(?:date|day|year|month|week|season|time\s+of\s+(?:the\s+)?year)"
    r"|wann|quand|cuándo|quando|à\s+quelle\s+date)(?!\w)|什么时候|什麼時候|何时|何時|いつ|哪一?[天年]|几月",
    re.IGNORECASE,
)
_CURRENT: Final = re.compile(
    r"(?<!\w)(?:now|right\s+now|currently|these\s+days|nowadays|still|at\s+the\s+moment|at\s+present"
    r"|presently|as\s+of\s+today|jetzt|derzeit|aktuell|maintenant|actuellement|ahora|actualmente"
    r"|adesso|attualmente|agora|atualmente)(?!\w)|现在|現在|目前",
    re.IGNORECASE,
)
_PAST: Final = re.compile(
    r"(?<!\w)(?:did|didn['’]?t|was|wasn['’]?t|were|weren['’]?t|used\s+to|had|ago|previously|formerly"
    r"|in\s+the\s+past|so\s+far|originally|back\s+then)(?!\w)",
    re.IGNORECASE,
)
_FUTURE: Final = re.compile(
    r"(?<!\w)(?:will(?!['’])|won['’]?t|going\s+to|planning|plans?|upcoming|in\s+the\s+future|intends?"
    r"|looking\s+forward)(?!\w)|['’]ll\b",
    re.IGNORECASE,
)
# "Will" in the middle of a question is a person.
_NAMED_WILL: Final = re.compile(r"(?<=\s)Will(?!\w)")
_ANCHOR: Final = re.compile(
    r"(?<!\w)(?P<side>before|after|since|until|prior\s+to|following(?=\s+(?:the|his|her|their|my)\b)"
    r"|bevor|nachdem|(?:vor|nach)(?=\s+(?:der|dem|ihrer|ihrem|seiner|seinem)\b)"
    r"|avant\s+(?:de|que)|avant\s+(?=d['’])|après(?:\s+(?:que|avoir))?|(?:antes|después|depois)\s+d[aeo](?:\s+que)?"
    r"|prima\s+d[ei]l?|dopo)\s+"
    r"(?P<anchor>[^?!,;:.\n]*[^?!,;:.\s])",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(r"after|since|following|nach|après|después|depois|dopo", re.IGNORECASE)
# Verbs and idioms in which "before" and "after" tell no time.
_NOT_BEFORE: Final = re.compile(
    r"(?<!\w)(?:look(?:s|ed|ing)?|take[ns]?|took|taking|nam(?:ed?|ing)|call(?:ed)?|run(?:s|ning)?|go(?:es)?"
    r"|ask(?:s|ed|ing)?|chas\w+|clean(?:s|ed|ing)?|since\s+\w+)\s+$",
    re.IGNORECASE,
)
_NOT_ANCHOR: Final = re.compile(
    r"(?:all|a\s+(?:long\s+|short\s+)?(?:time|while)|that|this|then|now|it|and|or|hours|effects?|long|too\s+long)\b(?:\s*$|\s+(?=and|or)|$)",
    re.IGNORECASE,
)
_ANCHOR_STOPS: Final = re.compile(
    r"\s+(?:(?:and|but|or|did|does|do|is\s+there|what|who|where|which|how|in|on|at)\s+(?:what|who|which)"
    r"|(?:what|who|where|which|how|why)\s+(?:did|does|do|is|was|were|has|have|will))\b",
    re.IGNORECASE,
)
_ANCHOR_WORDS: Final = 10
# "Where did she move after the fire" asks of another event, "how did she feel after the fire" of
# the fire as well, and so does "how long before the fire".
_WHICH: Final = (
    r"where|which|whom?|wo|welche[mnrs]?|we[mnr]|où|quel(?:le)?s?|qui|dónde|cuál(?:es)?|quién(?:es)?"
    r"|dove|quali?|quale|chi|onde|qua(?:l|is)|quem"
)
_ASKS_WHICH: Final = re.compile(rf"^\W*(?:{_WHICH})(?!\w)", re.IGNORECASE)
_ASKS_WHAT: Final = re.compile(
    rf"^\W*(?:{_WHICH}|what|was\s+(?:war|hat|tat|machte)|que"
    r"|qu['’]est|qué|che\s+cosa|cosa|o\s+que)(?!\w)",
    re.IGNORECASE,
)
# Such as "two weeks" in front of "before the wedding".
_AWAY: Final = re.compile(
    rf"(?<!\w)(?:(?:exactly|about|around|just)\s+)?(?:(?P<number>{NUMBER})|the)\s+"
    r"(?P<unit>day|night|week|month|year)s?\s+$",
    re.IGNORECASE,
)
_UNIT_DAYS: Final = {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365}
# "A few" is from two to five.
_FEW_UNITS, _FEW_SLACK = 3.5, 1.5


def read_query_time(query: str, *, reference: datetime, zone: tzinfo | None = None) -> QueryTime:
    """What the question says of time, read by rules.

    Relative words are resolved against `reference`, an aware datetime, in `zone` or else in the
    zone that it carries. "Before 2020" and "since 2021" are intervals with an open end; "before
    she moved" is an anchor. A question without words of time gives the empty value, intent ANY.
    """
    expressions = find_dates(query, said_at=reference, zone=zone)
    intervals, words = _stretches(query, expressions)
    recently = None if intervals else _RECENTLY.search(query)
    if recently:
        intervals.append(_recent(reference, zone))
        words.append(recently.group())
    anchor = _anchor(query, expressions)
    asks_when = _ASKS_WHEN.search(query)
    intent, intent_words = _intent(query, intervals, reference)
    if asks_when:
        words.append(asks_when.group())
    if anchor:
        words.append(f"{anchor.side} {anchor.words}")
    return QueryTime(
        intent=intent,
        intervals=tuple(intervals),
        anchor=anchor.words if anchor else None,
        anchor_side=anchor.side if anchor else None,
        anchor_distance=anchor.distance if anchor else None,
        anchor_clause=anchor.clause if anchor else "",
        asks_when=asks_when is not None,
        words=(*words, *intent_words),
    )


def _recent(reference: datetime, zone: tzinfo | None) -> Interval:
    calendar = Calendar.at(reference, zone)
    try:
        start = calendar.midnight(calendar.today - timedelta(days=_RECENT_DAYS))
    except (ValueError, OverflowError):
        start = _EARLIEST
    return Interval(start, reference, Precision.MONTH)


def _stretches(
    query: str, expressions: Sequence[DateExpression]
) -> tuple[list[Interval], list[str]]:
    """The intervals that the expressions name together with the words between and before them."""
    intervals: list[Interval] = []
    words: list[str] = []
    at = 0
    while at < len(expressions):
        first = expressions[at]
        second = expressions[at + 1] if at + 1 < len(expressions) else None
        before = query[max(0, first.start - _REACH) : first.start]
        joined = _joined(query, before, first, second)
        if joined is not None and second is not None:
            intervals.append(joined)
            words.append(query[first.start : second.end])
            at += 2
            continue
        bound = _BOUND_BEFORE.search(before)
        prefix = bound.group("bound").lower() if bound else ""
        interval = _bounded(first, _BOUNDS.get(prefix), query[first.end :])
        intervals.append(interval)
        words.append(f"{prefix} {first.surface}".strip())
        at += 1
    return intervals, words


def _joined(
    query: str, before: str, first: DateExpression, second: DateExpression | None
) -> Interval | None:
    """Such as "between last Monday and yesterday" as one stretch; None if the two are apart."""
    if second is None or not _BETWEEN.search(before):
        return None
    if not _AND.fullmatch(query, first.end, second.start):
        return None
    begins, ends = first.interval, second.interval
    if _YEAR.search(second.surface) and not _YEAR.search(first.surface):
        # "Between 3 May and 9 June 2023": the year belongs to both.
        begins = next(
            (date.interval for date in find_dates(first.surface, said_at=ends.start)), begins
        )
    return (
        Interval(begins.start, ends.until, begins.precision) if begins.start < ends.until else None
    )


def _bounded(expression: DateExpression, bound: _Bound | None, following: str) -> Interval:
    """The expression's interval, or the open stretch on one side of it."""
    interval = expression.interval
    start, until = interval.start, interval.until
    if bound in {_Bound.BEFORE, _Bound.UNTIL}:
        until = start if bound is _Bound.BEFORE else until
        return Interval(_EARLIEST, until, interval.precision)
    if bound is _Bound.AFTER:
        return Interval(until, _LATEST, interval.precision)
    onwards = bound is _Bound.FROM and _OPEN_END.match(following)
    if bound is _Bound.SINCE or onwards or _SINCE.match(expression.surface):
        return Interval(start, _LATEST, interval.precision)
    return interval


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The event that bounds the answer, on which side of it the answer lies, and how far."""

    words: str
    side: str
    distance: Distance | None
    clause: str


def _anchor(query: str, expressions: Sequence[DateExpression]) -> _Anchor | None:
    """The event that bounds the answer."""
    for match in _ANCHOR.finditer(query):
        if any(
            date.start <= match.start("anchor") + 4 and match.start() < date.end
            for date in expressions
        ):
            continue
        words = _ANCHOR_STOPS.split(match.group("anchor"), maxsplit=1)[0].strip()
        before = query[max(0, match.start() - _REACH) : match.start()]
        if not words or _NOT_ANCHOR.match(words) or _NOT_BEFORE.search(before):
            continue
        if len(words.split()) > _ANCHOR_WORDS:
            continue
        later = _AFTER.match(match.group("side")) is not None
        start, end = match.start(), match.start("anchor") + len(words)
        away = _AWAY.search(query, max(0, start - _REACH), start)
        if away:
            start = away.start()
        apart = away is not None or (_ASKS_WHICH if later else _ASKS_WHAT).search(query) is not None
        return _Anchor(
            words, "after" if later else "before", _distance(away), query[start:end] * apart
        )
    return None


def _distance(away: re.Match[str] | None) -> Distance | None:
    if away is None:
        return None
    number = number_of(away.group("number")) if away.group("number") else 1
    days = _UNIT_DAYS[away.group("unit").lower()]
    if number == FEW:
        return Distance(timedelta(days=_FEW_UNITS * days), timedelta(days=_FEW_SLACK * days))
    return Distance(timedelta(days=number * days), timedelta(days=days / 2 if days > 1 else 0))


def _intent(
    query: str, intervals: Sequence[Interval], reference: datetime
) -> tuple[TimeIntent, tuple[str, ...]]:
    """Which time is asked about, and the words that tell; ANY where they contradict each other."""
    past = _PAST.search(query)
    future = _FUTURE.search(_NAMED_WILL.sub("    ", query))
    if past and future:
        return TimeIntent.ANY, ()
    for intent, found in (
        (TimeIntent.PAST, past),
        (TimeIntent.CURRENT, _CURRENT.search(query)),
        (TimeIntent.FUTURE, future),
    ):
        if found:
            return intent, (found.group(),)
    if intervals and all(interval.until <= reference for interval in intervals):
        return TimeIntent.PAST, ()
    if intervals and all(interval.start >= reference for interval in intervals):
        return TimeIntent.FUTURE, ()
    return TimeIntent.ANY, ()
