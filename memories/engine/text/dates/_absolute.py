"""English times told by the calendar: "7 May 2023", "in the 90s", "Christmas 2022"."""

import re
from datetime import date, timedelta
from typing import Final

from memories.engine.domain import Interval, Precision
from memories.engine.text.dates._calendar import Calendar, shift_months
from memories.engine.text.dates._relative import season_month, stepped_month
from memories.engine.text.dates._rules import DIGIT, Rule, rule
from memories.engine.text.dates._tense import Tense, tense_around
from memories.engine.text.dates._words import (
    CERTAIN_MONTHS,
    DAY_OF_MONTH,
    DECADES,
    MONTH,
    MONTHS,
    ORDINAL,
    PHRASE_ENDS,
    SEASON,
    SEASONS,
    YEAR,
    one_of,
)

_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_CENTURY: Final = 100
_SHORT_YEAR_TURN: Final = 50  # '49 is 2049, '50 is 1950
_DECADE_TURN: Final = 30  # the 20s are the 2020s, the 30s the 1930s
_MONTH_OF_YEAR: Final = rf"(?P<month>{MONTH})\.?(?:,?\s+(?:of\s+)?|\s*')(?P<year>{YEAR}|(?<=')\d\d)"
_TO: Final = r"\s*(?:-|\u2013|to|and|until|till|through|thru)\s*"
# Words before a bare month that make it a time. "May I", "March on", "Jan said" have none.
_BEFORE_MONTH: Final = (
    "in|since|during|by|until|till|from|between|before|after|around|early|late|mid|through"
)


def _year_of(words: str) -> int:
    year = int(words)
    if year >= _CENTURY:
        return year
    return year + (2000 if year < _SHORT_YEAR_TURN else 1900)


def _nearest_year(match: re.Match[str], calendar: Calendar, month: int, day: int) -> int:
    """The year that puts the day nearest in the past, or in the future where the words plan."""
    ahead = tense_around(match.string, *match.span()) is Tense.FUTURE
    return calendar.year_nearest(month, day, ahead=ahead)


def _day_of_month(match: re.Match[str], calendar: Calendar) -> Interval | None:
    """Such as "7 May 2023" or "May 7th"; without a year the nearest."""
    name, day = match.group("month"), int(match.group("day"))
    words = match.group("year")
    # "You may 7" is no date: an ordinal, a year or a capital makes it one.
    if name.islower() and name in {"may", "march", "sun"} and not (words or match.group("nth")):
        return None
    month = MONTHS[name.lower()]
    year = _year_of(words) if words else _nearest_year(match, calendar, month, day)
    return calendar.day(date(year, month, day))


def _month_of_year(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.month(_year_of(match.group("year")), MONTHS[match.group("month").lower()])


def _bare_month(match: re.Match[str], calendar: Calendar) -> Interval | None:
    name, before = match.group("d"), match.group("before")
    lower = name.lower()
    written_as_name = name[0].isupper()
    if not before and not (written_as_name and lower in CERTAIN_MONTHS):
        return None
    if not written_as_name and before.lower() != "in" and lower not in CERTAIN_MONTHS:
        return None
    tense = tense_around(match.string, *match.span("d"))
    month, today = MONTHS[lower], calendar.today
    if month == today.month:
        return calendar.month(today.year, month)
    return stepped_month(calendar, month, 1 if tense is Tense.FUTURE else -1)


def _ordinal_day(match: re.Match[str], calendar: Calendar) -> Interval:
    """Such as "on the 12th": nearest in the past, or ahead where the words plan."""
    day, today = int(match.group("day")), calendar.today
    ahead = tense_around(match.string, *match.span("d")) is Tense.FUTURE
    step = (day < today.day) if ahead else -(day > today.day)
    return calendar.day(shift_months(today, step).replace(day=day))


def _slashed(match: re.Match[str], calendar: Calendar) -> Interval:
    """US order, month first, unless the first number is above 12: "5/7/2023" is 7 May."""
    first, second = int(match.group("first")), int(match.group("second"))
    month, day = (second, first) if first > 12 else (first, second)  # noqa: PLR2004 - no month
    return calendar.day(date(_year_of(match.group("year")), month, day))


def _dotted(match: re.Match[str], calendar: Calendar) -> Interval:
    """European order, day first: "7.5.2023" is 7 May."""
    day, month = int(match.group("day")), int(match.group("month"))
    return calendar.day(date(int(match.group("year")), month, day))


def _iso(match: re.Match[str], calendar: Calendar) -> Interval:
    year, month, day = (match.group(name) for name in ("year", "month", "day"))
    if not day:
        return calendar.month(int(year), int(month))
    return calendar.day(date(int(year), int(month), int(day)))


def _year(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.year(int(match.group("d")))


def _decade(match: re.Match[str], calendar: Calendar) -> Interval:
    words = match.group("number").lower()
    number = DECADES[words] if words in DECADES else int(words)
    if number < _CENTURY:
        number += 2000 if number < _DECADE_TURN else 1900
    return calendar.decade(number)


def _season_of_year(match: re.Match[str], calendar: Calendar) -> Interval:
    """A season is named after the year that it begins in."""
    month = season_month(match.group("name").lower(), southern=calendar.southern)
    return calendar.season(int(match.group("year")), month)


def _quarter(match: re.Match[str], calendar: Calendar) -> Interval:
    """Such as "Q3 2024"; without a year the nearest begun, or ahead where the words plan."""
    words = match.group("number") or match.group("word")
    number = _ORDINALS.get(words.lower()) or int(words)
    year = match.group("year")
    return calendar.quarter(
        _year_of(year) if year else _nearest_year(match, calendar, 3 * number - 2, 1), number
    )


def _half(match: re.Match[str], calendar: Calendar) -> Interval:
    month = 1 if match.group("word").lower() == "first" else 7
    return calendar.months(date(int(match.group("year")), month, 1), 6, Precision.SEASON)


def _days_range(match: re.Match[str], calendar: Calendar) -> Interval | None:
    month, first, last = (match.group(name) for name in ("month", "first", "last"))
    number, words = MONTHS[month.lower()], match.group("year")
    year = int(words) if words else _nearest_year(match, calendar, number, int(first))
    begins, ends = (date(year, number, int(day)) for day in (first, last))
    if begins > ends:
        return None
    return calendar.span(begins, ends + timedelta(days=1), Precision.DAY)


def _months_range(match: re.Match[str], calendar: Calendar) -> Interval:
    first, last = (MONTHS[match.group(name).lower()] for name in ("first", "last"))
    words = match.group("year")
    year = int(words) if words else _nearest_year(match, calendar, first, 1)
    begins_year = int(
        match.group("first_year") or (year if first <= last or not words else year - 1)
    )
    ends_year = begins_year + (first > last) if not words else year
    begins = date(begins_year, first, 1)
    return calendar.span(begins, shift_months(date(ends_year, last, 1), 1), Precision.MONTH)


def _years_range(match: re.Match[str], calendar: Calendar) -> Interval:
    first, last = int(match.group("first")), int(match.group("last"))
    return calendar.span(date(first, 1, 1), date(last + 1, 1, 1), Precision.YEAR)


_NOT_CLOCK: Final = r"(?!\s*(?::\d|am\b|pm\b|%|[./]\d))"
_LENGTHS: Final = (
    r"(?!\s+(?:words?|steps|people|miles|kilometers|meters|feet|square|dollars|calories|points|days"
    r"|times|pages|years|hours|minutes|copies|fans|members|students|euros|pounds))"
)
ABSOLUTE: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?P<day>{DAY_OF_MONTH})(?P<nth>{ORDINAL})?\s+(?:of\s+)?(?P<month>{MONTH})\b\.?"
        rf"(?:,?\s+(?P<year>{YEAR}))?",
        MONTHS,
        _day_of_month,
    ),
    rule(
        rf"(?P<month>{MONTH})\.?\s+(?:the\s+)?(?P<day>{DAY_OF_MONTH})(?P<nth>{ORDINAL})?(?!\d)"
        rf"{_NOT_CLOCK}(?:(?:,\s*|\s+)(?:of\s+|in\s+)?(?P<year>{YEAR}))?",
        MONTHS,
        _day_of_month,
    ),
    rule(_MONTH_OF_YEAR, MONTHS, _month_of_year),
    rule(
        rf"(?:(?P<before>{_BEFORE_MONTH})(?:\s+|-))?(?P<d>{MONTH})(?!['’]|\s+\d|-\w)",
        MONTHS,
        _bare_month,
    ),
    rule(
        rf"(?:on|by|until|till|since|before|after|from|around)\s+(?P<d>the\s+"
        rf"(?P<day>{DAY_OF_MONTH}){ORDINAL}){PHRASE_ENDS}",
        [DIGIT],
        _ordinal_day,
    ),
    rule(
        r"(?<![\d/.])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4}|\d\d)(?![/\d])",
        [DIGIT],
        _slashed,
    ),
    rule(
        rf"(?<![\d.])(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>{YEAR})(?!\.\d)",
        [DIGIT],
        _dotted,
    ),
    rule(
        rf"(?<![\d/-])(?P<year>{YEAR})(?P<mark>[-/])(?P<month>0[1-9]|1[0-2])"
        r"(?:(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?)?(?![\d/-])",
        [DIGIT],
        _iso,
    ),
    rule(
        r"(?:in|since|by|until|till|during|from|before|after|around|early|late|mid|to|the\s+year"
        rf"|class\s+of|summer\s+of)(?:\s+|-)(?P<d>(?:19|20)\d\d)(?![\d%,'’-]\w|\s*%|\.\d){_LENGTHS}",
        [DIGIT],
        _year,
    ),
    rule(
        rf"the\s+(?:(?=early|late|mid)\w+[\s-]+)?(?P<d>['’]?(?P<number>(?:19|20)?\d0"
        rf"|{one_of(DECADES)})(?:(?<=0)['’]?s)?)(?!\s+(?:degrees|percent))",
        [DIGIT, *DECADES],
        _decade,
    ),
    rule(
        rf"(?:the\s+)?(?P<name>{SEASON}),?\s+(?:of\s+)?(?P<year>{YEAR})", SEASONS, _season_of_year
    ),
    rule(
        rf"(?:the\s+)?(?:Q(?P<number>[1-4])|(?P<word>{one_of(_ORDINALS)})\s+quarter)"
        rf"(?:,?\s+(?:of\s+)?(?P<year>{YEAR})|{PHRASE_ENDS})",
        ["q", "quarter"],
        _quarter,
    ),
    rule(rf"(?:the\s+)?(?P<word>first|second)\s+half\s+of\s+(?P<year>{YEAR})", ["half"], _half),
    rule(
        rf"(?:between|from)\s+(?P<first>{DAY_OF_MONTH}){ORDINAL}?{_TO}"
        rf"(?P<last>{DAY_OF_MONTH}){ORDINAL}?\s+(?:of\s+)?(?P<month>{MONTH})"
        rf"(?:,?\s+(?P<year>{YEAR}))?",
        MONTHS,
        _days_range,
    ),
    rule(
        rf"(?:(?:between|from)\s+)?(?P<month>{MONTH})\s+(?P<first>{DAY_OF_MONTH}){ORDINAL}?{_TO}"
        rf"(?P<last>[0-3]?\d)(?!\d){ORDINAL}?{_NOT_CLOCK}(?:,?\s+(?P<year>{YEAR}))?",
        MONTHS,
        _days_range,
    ),
    rule(
        rf"(?:between|from)\s+(?P<first>{MONTH})(?:\s+(?P<first_year>{YEAR}))?{_TO}"
        rf"(?P<last>{MONTH})(?!\s+\d{{1,2}}\b)(?:\s+(?:of\s+)?(?P<year>{YEAR}))?",
        MONTHS,
        _months_range,
    ),
    rule(
        rf"(?:between|from)\s+(?P<first>(?:19|20)\d\d){_TO}(?P<last>(?:19|20)\d\d){_LENGTHS}",
        [DIGIT],
        _years_range,
    ),
)
