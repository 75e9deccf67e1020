"""From calendar units to intervals, in one person's time zone."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final, Self

from memories.engine.domain import Interval, Precision

# Outside of these years an interval's ends could not be told in every time zone.
_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9998
_WEEK: Final = 7
_YEAR_MONTHS: Final = 12
_SEASON_MONTHS: Final = 3
_LEAP_DAY: Final = (2, 29)

# Where summer begins in December. A bare offset does not tell: it counts as north.
_SOUTHERN_ZONES: Final = (
    "Antarctica/",
    "Australia/",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Africa/Johannesburg",
    "Africa/Harare",
    "Africa/Maputo",
    "Africa/Windhoek",
    "America/Argentina/",
    "America/Buenos_Aires",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Montevideo",
    "America/Asuncion",
    "America/La_Paz",
    "America/Lima",
    "Brazil/",
    "Chile/",
    "NZ",
)


class Unit(StrEnum):
    """A stretch of the calendar that people count in."""

    MINUTE = "minute"
    HOUR = "hour"
    NIGHT = "night"
    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


class Part(StrEnum):
    """A third of a month or of a year."""

    EARLY = "early"
    MID = "mid"
    LATE = "late"


def is_southern(zone: tzinfo | None) -> bool:
    """True if the zone is known to lie where summer begins in December."""
    return str(zone).startswith(_SOUTHERN_ZONES)


def shift_months(day: date, months: int) -> date:
    """The first day of the month that lies so many months from the day's own."""
    year, month = divmod(day.year * _YEAR_MONTHS + day.month - 1 + months, _YEAR_MONTHS)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar as it lies before someone who speaks at one moment in one zone.

    Its methods raise ValueError or OverflowError where the calendar has no such day.
    """

    said_at: datetime
    zone: tzinfo
    today: date

    @classmethod
    def at(cls, said_at: datetime, zone: tzinfo | None) -> Self:
        """The calendar at that aware moment, in `zone` or else in the moment's own."""
        try:
            local = said_at.astimezone(zone) if zone is not None else said_at
        except OverflowError:  # within hours of the first or the last instant there is
            local = said_at
        return cls(said_at=said_at, zone=local.tzinfo or UTC, today=local.date())

    @property
    def southern(self) -> bool:
        """True where summer begins in December."""
        return is_southern(self.zone)

    def midnight(self, day: date) -> datetime:
        """The instant the day begins here, carrying the offset valid then.

        A fixed offset keeps subtraction exact where clocks change: days of 23 or 25 hours.
        """
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError(f"year {day.year} is out of range")
        wall = datetime.combine(day, time(), tzinfo=self.zone)
        return wall.replace(tzinfo=timezone(wall.utcoffset() or timedelta()))

    def span(self, first: date, after: date, precision: Precision) -> Interval:
        """From the beginning of `first` to the beginning of `after`."""
        return Interval(self.midnight(first), self.midnight(after), precision)

    def day(self, day: date) -> Interval:
        """One local day."""
        return self.span(day, day + timedelta(days=1), Precision.DAY)

    def days_from_now(self, days: int) -> Interval:
        """The day that lies so many days from today."""
        return self.day(self.today + timedelta(days=days))

    def week(self, day: date) -> Interval:
        """The week, Monday to Sunday, that holds the day."""
        monday = day - timedelta(days=day.weekday())
        return self.span(monday, monday + timedelta(days=_WEEK), Precision.WEEK)

    def weekend(self, day: date) -> Interval:
        """The Saturday and Sunday of the week that holds the day."""
        monday = day - timedelta(days=day.weekday())
        return self.span(monday + timedelta(days=5), monday + timedelta(days=7), Precision.WEEK)

    def month(self, year: int, month: int) -> Interval:
        """One calendar month."""
        first = date(year, month, 1)
        return self.span(first, shift_months(first, 1), Precision.MONTH)

    def months(self, first: date, count: int, precision: Precision) -> Interval:
        """So many calendar months from the first one on."""
        return self.span(first.replace(day=1), shift_months(first, count), precision)

    def quarter(self, year: int, number: int) -> Interval:
        """One quarter of a year, from 1 to 4: three months."""
        return self.months(date(year, 3 * number - 2, 1), _SEASON_MONTHS, Precision.SEASON)

    def season(self, year: int, month: int) -> Interval:
        """The season that begins in that month: three months."""
        return self.months(date(year, month, 1), _SEASON_MONTHS, Precision.SEASON)

    def year(self, year: int) -> Interval:
        """One calendar year."""
        return self.span(date(year, 1, 1), date(year + 1, 1, 1), Precision.YEAR)

    def decade(self, first: int) -> Interval:
        """Ten calendar years from the first one on."""
        return self.span(date(first, 1, 1), date(first + 10, 1, 1), Precision.DECADE)

    def part_of(self, whole: Interval, part: Part) -> Interval | None:
        """The early, middle or late third of a month, a year or a decade; None of others."""
        first = whole.start.date()
        if whole.precision is Precision.MONTH:
            bounds = [first, first.replace(day=11), first.replace(day=21), whole.until.date()]
            precision = Precision.WEEK
        elif whole.precision is Precision.YEAR:
            bounds = [shift_months(first, months) for months in (0, 4, 8, 12)]
            precision = Precision.SEASON
        elif whole.precision is Precision.DECADE:
            bounds = [first.replace(year=first.year + years) for years in (0, 3, 7, 10)]
            precision = Precision.YEAR
        else:
            return None
        at = list(Part).index(part)
        return self.span(bounds[at], bounds[at + 1], precision)

    def year_nearest(self, month: int, day: int, *, ahead: bool) -> int:
        """The year that puts the day nearest in the past, today included, or in the future.

        29 February is looked for among leap years.
        """
        here, now = (month, day), (self.today.month, self.today.day)
        year = self.today.year + (here < now if ahead else -(here > now))
        while here == _LEAP_DAY and not calendar.isleap(year):
            year += 1 if ahead else -1
        return year

    def until_now(self, first: date, precision: Precision) -> Interval | None:
        """From the beginning of `first` to the moment of speaking; None if that is not past."""
        start = self.midnight(first)
        return Interval(start, self.said_at, precision) if start < self.said_at else None

    def unit_from_now(self, unit: Unit, count: int) -> Interval:
        """The calendar unit that lies so many units from the current one; negative is past."""
        if unit in _CLOCK:
            moment = self.said_at.astimezone(UTC) + count * _CLOCK[unit]
            return self.day(moment.astimezone(self.zone).date())
        if unit in _DAYS:
            day = self.today + timedelta(days=_DAYS[unit] * count)
            return self._holding(day, unit)
        if unit is Unit.MONTH:
            return self.months(shift_months(self.today, count), 1, Precision.MONTH)
        if unit is Unit.QUARTER:
            months = count * _SEASON_MONTHS - (self.today.month - 1) % _SEASON_MONTHS
            first = shift_months(self.today, months)
            return self.months(first, _SEASON_MONTHS, Precision.SEASON)
        if unit is Unit.YEAR:
            return self.year(self.today.year + count)
        return self.decade(self.today.year + 10 * count - 5)

    def _holding(self, day: date, unit: Unit) -> Interval:
        if unit is Unit.WEEKEND:
            return self.weekend(day)
        return self.week(day) if unit in {Unit.WEEK, Unit.FORTNIGHT} else self.day(day)

    def few_units_from_now(self, unit: Unit, sign: int) -> Interval | None:
        """Two to five units ago (sign -1) or ahead (sign 1); None of units too short to matter."""
        today = self.today
        match unit:
            case Unit.DAY | Unit.NIGHT:
                near, far = (timedelta(days=days) * sign for days in (1, 5))
                first, after, precision = today + near, today + far, Precision.WEEK
            case Unit.WEEK | Unit.WEEKEND | Unit.FORTNIGHT:
                near, far = (timedelta(days=days) * sign for days in (10, 35))
                first, after, precision = today + near, today + far, Precision.MONTH
            case Unit.MONTH:
                first, after = shift_months(today, sign), shift_months(today, 5 * sign)
                precision = Precision.SEASON
            case Unit.YEAR:
                first, after = date(today.year + sign, 1, 1), date(today.year + 5 * sign, 1, 1)
                precision = Precision.DECADE
            case _:
                return None
        return self.span(min(first, after), max(first, after), precision)


_CLOCK: Final[Mapping[Unit, timedelta]] = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
}
_DAYS: Final[Mapping[Unit, int]] = {
    Unit.DAY: 1,
    Unit.NIGHT: 1,
    Unit.WEEKEND: 7,
    Unit.WEEK: 7,
    Unit.FORTNIGHT: 14,
}
