"""Naming an interval in words."""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Final

from memories.engine.domain import Interval, Precision
from memories.engine.text.dates._calendar import is_southern, shift_months

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SEASONS: Final[Mapping[int, tuple[str, str]]] = {
    3: ("spring", "autumn"),
    6: ("summer", "winter"),
    9: ("autumn", "spring"),
    12: ("winter", "summer"),
}
_THIRDS: Final[Mapping[tuple[int, int], str]] = {
    (1, 11): "early ",
    (11, 21): "mid-",
    (21, 1): "late ",
}
_QUARTERS: Final[Mapping[int, str]] = {1: "first", 4: "second", 7: "third", 10: "fourth"}
_YEAR_THIRDS: Final[Mapping[int, str]] = {1: "early ", 5: "mid-", 9: "late "}


def name_interval(interval: Interval, *, zone: tzinfo | None = None) -> str:
    """English words for the interval, as exact as it is known: "7 May 2023", "summer 2022".

    A stretch that ends at no boundary of the calendar is told by its beginning: "since 2020".
    `zone` tells which season it is in the south.
    """
    first, after = interval.start.date(), interval.until.date()
    if interval.until.time() != interval.start.time():
        return f"since {_since(first, interval.precision)}"
    match interval.precision:
        case Precision.INSTANT | Precision.DAY:
            return _days(first, after)
        case Precision.WEEK:
            return _week(first, after)
        case Precision.MONTH:
            return _months(first, after)
        case Precision.SEASON:
            return _season(first, after, southern=is_southern(zone))
        case Precision.YEAR | Precision.DECADE:
            return _years(first, after, interval.precision)


def _days(first: date, after: date) -> str:
    last = after - timedelta(days=1)
    return _day(first) if last <= first else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {_month(day)}"


def _month(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _middle(first: date, after: date) -> date:
    return first + (after - first) // 2


def _since(first: date, precision: Precision) -> str:
    if precision in {Precision.MONTH, Precision.SEASON}:
        return _month(first)
    if precision in {Precision.YEAR, Precision.DECADE}:
        return str(first.year)
    return _day(first)


def _week(first: date, after: date) -> str:
    days = (after - first).days
    if days == 7 and first.weekday() == 0:  # noqa: PLR2004 - a week
        return f"the week of {_day(first)}"
    if days == 2 and first.weekday() == 5:  # noqa: PLR2004 - Saturday and Sunday
        return f"the weekend of {_day(first)}"
    third = _THIRDS.get((first.day, after.day))
    return f"{third}{_month(first)}" if third else f"around {_day(_middle(first, after))}"


def _months(first: date, after: date) -> str:
    last = after - timedelta(days=1)
    if (first.year, first.month) == (last.year, last.month):
        return _month(first)
    if first.day != 1 or after.day != 1:
        return f"around {_month(_middle(first, after))}"
    return f"{_month(first)} to {_month(last)}"


def _season(first: date, after: date, *, southern: bool) -> str:
    if first.day == 1 and after == shift_months(first, 3) and first.month in _SEASONS:
        return f"{_SEASONS[first.month][southern]} {first.year}"
    if first.day == 1 and after == shift_months(first, 3) and first.month % 3 == 1:
        return f"the {_QUARTERS[first.month]} quarter of {first.year}"
    if after == shift_months(first, 4) and first.month in _YEAR_THIRDS:
        return f"{_YEAR_THIRDS[first.month]}{first.year}"
    return _months(first, after)


def _years(first: date, after: date, precision: Precision) -> str:
    count = after.year - first.year
    if precision is Precision.YEAR:
        return str(first.year) if count <= 1 else f"{first.year} to {after.year - 1}"
    exact = count == 10 and first.year % 10 == 0  # noqa: PLR2004 - a decade
    return f"the {first.year}s" if exact else f"around {first.year + count // 2}"
