"""English times told from the moment of speaking: "yesterday", "two weeks ago", "next May"."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from memories.engine.domain import Interval, Precision
from memories.engine.text.dates._calendar import Calendar, Unit, shift_months
from memories.engine.text.dates._rules import Rule, rule
from memories.engine.text.dates._tense import Tense, tense_around
from memories.engine.text.dates._words import (
    CERTAIN_WEEKDAYS,
    FEW,
    MONTHS,
    NUMBER,
    PHRASE_ENDS,
    SEASONS,
    WEEKDAY,
    WEEKDAYS,
    number_of,
    one_of,
)

_TIME_OF_DAY: Final = r"(?:\s+(?:morning|afternoon|evening|night|noon))?"
_UNIT: Final = r"(?P<unit>minute|hour|night|day|weekend|week|fortnight|month|year|decade)s?"
_NAMED: Final = one_of([*SEASONS, *MONTHS, *WEEKDAYS])
_DAYS_AWAY: Final[Mapping[str, int]] = {
    "day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
}
_STEPS: Final[Mapping[str, int]] = {
    "this past": -1,
    "last": -1,
    "this": 0,
    "next": 1,
    "this coming": 1,
}
_STEP: Final = rf"(?P<step>{one_of(_STEPS)})"
# Words that are times only where they are written as names: "this sun", "this may be".
_ONLY_CAPITAL: Final = frozenset(("sun", "sat", "mar", "jan", "mon", "wed", "dec"))
_VERBS: Final = frozenset(("may", "march"))
# What shows that "in two weeks" measures how long something took, not when it comes.
_LASTING: Final = re.compile(
    r"\b(?:time|once|twice|times|most|best|worst|\w{3,}est|first|only|seen|nothing)\b[^.!?\n]{0,30}$",
    re.IGNORECASE,
)
_PERFECT: Final = re.compile(
    r"(?:\b(?:have|has|been)|['’](?:ve|s))\b[^.!?\n]{1,60}$", re.IGNORECASE
)


def _fixed_day(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.days_from_now(_DAYS_AWAY[" ".join(match.group("day").lower().split())])


def _other_day(_match: re.Match[str], calendar: Calendar) -> Interval:
    first = calendar.today - timedelta(days=7)
    return calendar.span(first, calendar.today, Precision.WEEK)


def _ago(match: re.Match[str], calendar: Calendar) -> Interval | None:
    return _counted(match, calendar, -1)


def _from_now(match: re.Match[str], calendar: Calendar) -> Interval | None:
    return _counted(match, calendar, 1)


def _counted(match: re.Match[str], calendar: Calendar, sign: int) -> Interval | None:
    number, unit = number_of(match.group("number")), Unit(match.group("unit").lower())
    if number == FEW:
        return calendar.few_units_from_now(unit, sign)
    return calendar.unit_from_now(unit, sign * number)


def _in_units(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "in two weeks", unless it may tell how long something took."""
    text = match.string
    if tense_around(text, *match.span()) is Tense.PAST:
        return None
    if _LASTING.search(text, max(0, match.start() - 60), match.start()):
        return None
    return _counted(match, calendar, 1)


def _stepped_unit(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.unit_from_now(Unit(match.group("unit").lower()), _step(match))


def _step(match: re.Match[str]) -> int:
    return _STEPS[" ".join(match.group("step").lower().split())]


def _before_last(match: re.Match[str], calendar: Calendar) -> Interval:
    count = -2 if match.group("side").lower() == "before" else 2
    name = match.group("name").lower()
    if name in WEEKDAYS:
        nearer = weekday_near(calendar.today, WEEKDAYS[name], count // 2)
        return calendar.day(nearer + timedelta(days=7 * (count // 2)))
    return calendar.unit_from_now(Unit(name), count)


def _stepped_name(match: re.Match[str], calendar: Calendar) -> Interval | None:
    name, step = match.group("name"), _step(match)
    if name in _ONLY_CAPITAL or (step == 0 and name in _VERBS):
        return None
    lower = name.lower()
    if lower in WEEKDAYS:
        return calendar.day(weekday_near(calendar.today, WEEKDAYS[lower], step))
    if lower in SEASONS:
        return stepped_season(calendar, lower, step)
    return stepped_month(calendar, MONTHS[lower], step)


def weekday_near(today: date, weekday: int, step: int) -> date:
    """The weekday nearest before today (-1), in this week (0), or nearest after today (1)."""
    ahead = weekday - today.weekday()
    if step < 0 <= ahead:
        ahead -= 7
    if step > 0 >= ahead:
        ahead += 7
    return today + timedelta(days=ahead)


def stepped_month(calendar: Calendar, month: int, step: int) -> Interval:
    """The month nearest before the current one (-1), of this year (0), or nearest after (1)."""
    today = calendar.today
    year = today.year
    if step < 0 and month >= today.month:
        year -= 1
    if step > 0 and month <= today.month:
        year += 1
    return calendar.month(year, month)


def stepped_season(calendar: Calendar, name: str, step: int) -> Interval:
    """The season nearest that is over (-1), is on or comes next (0), or begins later (1)."""
    month = season_month(name, southern=calendar.southern)
    today = calendar.today
    starts = [date(today.year + years, month, 1) for years in (-2, -1, 0, 1)]
    if step < 0:
        start = max(first for first in starts if shift_months(first, 3) <= today)
    elif step == 0:
        start = min(first for first in starts if shift_months(first, 3) > today)
        # "This summer" said in autumn looks back on the one just over.
        if start.year > today.year:
            start = start.replace(year=today.year)
    else:
        start = min(first for first in starts if first > today)
    return calendar.season(start.year, start.month)


def season_month(name: str, *, southern: bool) -> int:
    """The month in which the season begins."""
    return (SEASONS[name] + 5) % 12 + 1 if southern else SEASONS[name]


def _past_units(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "for the past three years": from then until now."""
    words = match.group("number")
    number = number_of(words) if words else 1
    unit = Unit(match.group("unit").lower())
    return _since_units(calendar, unit, number or 3)


def _since_units(calendar: Calendar, unit: Unit, number: int) -> Interval | None:
    if unit in {Unit.MINUTE, Unit.HOUR, Unit.NIGHT, Unit.WEEKEND}:
        return None
    months = {Unit.MONTH: 1, Unit.YEAR: 12, Unit.DECADE: 120}.get(unit)
    days = {Unit.DAY: 1, Unit.FORTNIGHT: 14}.get(unit, 7)
    if months is None:
        precision = Precision.DAY if unit is Unit.DAY else Precision.WEEK
        return calendar.until_now(calendar.today - timedelta(days=days * number), precision)
    first = shift_months(calendar.today, -months * number)
    if unit is Unit.MONTH:
        return calendar.until_now(first, Precision.MONTH)
    precision = Precision.YEAR if unit is Unit.YEAR else Precision.DECADE
    return calendar.until_now(first.replace(month=1), precision)


def _lasting_units(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "for three years": only the perfect tense tells that it still goes on."""
    if not _PERFECT.search(match.string, max(0, match.start() - 80), match.start()):
        return None
    number = number_of(match.group("number"))
    return (
        None if number == FEW else _since_units(calendar, Unit(match.group("unit").lower()), number)
    )


def _within_unit(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "earlier this month": what of the unit lies before today, or after it."""
    whole = calendar.unit_from_now(Unit(match.group("unit").lower()), 0)
    if match.group("side").lower() == "earlier":
        until = calendar.midnight(calendar.today)
        return Interval(whole.start, until, whole.precision) if until > whole.start else whole
    start = calendar.midnight(calendar.today + timedelta(days=1))
    return Interval(start, whole.until, whole.precision) if start < whole.until else whole


def _bare_weekday(match: re.Match[str], calendar: Calendar) -> Interval | None:
    name = match.group("d").split()[0]
    if not match.group("on") and (name.islower() or name.lower() not in CERTAIN_WEEKDAYS):
        return None
    if name in {"sun", "sat", "mon"}:
        return None
    tense = tense_around(match.string, *match.span("d"))
    return calendar.day(
        weekday_near(calendar.today, WEEKDAYS[name.lower()], 1 if tense is Tense.FUTURE else -1)
    )


def _bare_season(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "in the summer": a habit unless the sentence looks one way."""
    tense = tense_around(match.string, *match.span())
    if tense is Tense.UNKNOWN:
        return None
    name = match.group("name").lower()
    if tense is Tense.FUTURE:
        return stepped_season(calendar, name, 1)
    return stepped_season(calendar, name, -1)


RELATIVE: Final[tuple[Rule, ...]] = (
    rule(
        r"(?:the\s+)?(?:(?:earlier|later|late|early)\s+)?"
        rf"(?P<day>{one_of(_DAYS_AWAY)}){_TIME_OF_DAY}(?!['’]s\s+(?:world|society|youth))",
        ["yesterday", "today", "tonight", "tomorrow", "night", "this"],
        _fixed_day,
    ),
    rule(r"the\s+other\s+(?:day|night|week)", ["other"], _other_day),
    rule(
        rf"(?<!half )(?P<number>{NUMBER})\s+{_UNIT}\s+(?:ago|back(?=[.,!?]))", ["ago", "back"], _ago
    ),
    rule(rf"(?P<number>{NUMBER})\s+{_UNIT}\s+from\s+(?:now|today)", ["from"], _from_now),
    rule(
        rf"in\s+(?:about\s+|around\s+|just\s+)?(?P<number>{NUMBER})\s+"
        r"(?P<unit>day|week|month|year)s?(?:['’]?\s+time)?(?!\s+(?:of|old)|-)",
        ["in"],
        _in_units,
    ),
    rule(
        rf"(?<!the ){_STEP}\s+"
        r"(?P<unit>weekend|week|month|quarter|year|decade)(?!\s+of\b|-)",
        ["last", "this", "next"],
        _stepped_unit,
    ),
    rule(
        r"(?:the\s+)?(?P<name>week|weekend|month|year|"
        rf"{WEEKDAY})\s+(?P<side>before(?=\s+last)|after(?=\s+next))\s+(?:last|next)",
        ["last", "next"],
        _before_last,
    ),
    rule(
        rf"{_STEP}\s+(?P<name>{_NAMED}){_TIME_OF_DAY}",
        ["last", "this", "next"],
        _stepped_name,
    ),
    rule(
        rf"(?:(?:for|over|in|during|within)\s+)?(?:the|these|this)\s+(?:last|past)\s+"
        rf"(?:(?P<number>{NUMBER})\s+)?{_UNIT}(?!\s+of\b|-)",
        ["last", "past"],
        _past_units,
    ),
    rule(
        rf"for\s+(?:about\s+|around\s+|almost\s+|nearly\s+|over\s+)?(?P<number>{NUMBER})\s+"
        r"(?P<unit>day|week|month|year|decade)s?(?:\s+now)?(?!\s+ago)",
        ["for"],
        _lasting_units,
    ),
    rule(
        r"(?P<side>earlier|later)\s+this\s+(?P<unit>week|month|year)",
        ["earlier", "later"],
        _within_unit,
    ),
    rule(
        r"(?<!every )(?<!each )(?<!other )(?<!most )"
        r"(?<!black )(?<!good )(?P<on>on\s+|by\s+|until\s+|since\s+)?"
        rf"(?P<d>{WEEKDAY}{_TIME_OF_DAY})(?!\s+(?:school|roast|brunch|league))(?!['’]s?\b|-|\.\w)",
        WEEKDAYS,
        _bare_weekday,
    ),
    rule(
        rf"(?:in|over|during)\s+(?P<d>the\s+(?P<name>{one_of(SEASONS)})){PHRASE_ENDS}",
        SEASONS,
        _bare_season,
    ),
)
