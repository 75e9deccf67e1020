"""Dates and times in filters: what one covers, and what comparing with it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from memories.engine.domain import AllOf, Condition, Filter, NoneOf, Operator
from memories.engine.errors import InvalidFilter

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a date or time in a filter covers, [start, until): a day, or one microsecond."""

    start: datetime
    until: datetime
    is_day: bool


def parse_moment(raw: object, path: str) -> Moment:
    """Reads a date (that whole day in UTC) or a time (UTC where it has no offset).

    Raises:
        InvalidFilter: it is neither, or lies outside the years 1 to 9999.
    """
    try:
        if isinstance(raw, datetime):
            return _instant(raw)
        if isinstance(raw, date):
            return _day(raw)
        if isinstance(raw, str) and _DAY.match(raw):
            if _DAY.fullmatch(raw):
                return _day(date.fromisoformat(raw))
            return _instant(datetime.fromisoformat(raw))
    except (ValueError, OverflowError) as error:
        raise InvalidFilter(f"no such date or time: {error}", path=path) from error
    raise InvalidFilter("must be an ISO 8601 date or time such as 2024-05-31", path=path)


def _instant(at: datetime) -> Moment:
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return Moment(utc, _after(utc, timedelta(microseconds=1)), is_day=False)


def _day(day: date) -> Moment:
    start = datetime.combine(day, time(), tzinfo=UTC)
    return Moment(start, _after(start, timedelta(days=1)), is_day=True)


def _after(start: datetime, length: timedelta) -> datetime:
    # Callers write 9999-12-31 for "for ever", whose end no datetime can hold.
    latest = datetime.max.replace(tzinfo=UTC)
    return latest if latest - start < length else start + length


def compare_time(field: str, operator: Operator, moment: Moment, *, is_event: bool) -> Filter:
    """Gives the conditions under which a time compares so with a moment.

    Args:
        field: the column; for an event, the one with its start.
        operator: eq, ne, gt, gte, lt or lte.
        moment: what to compare with.
        is_event: True to ask for some moment of [occurred_from, occurred_until).
    """
    if operator is Operator.NE:
        return NoneOf((compare_time(field, Operator.EQ, moment, is_event=is_event),))
    if not is_event and not moment.is_day:
        return Condition(field, operator, moment.start)
    last, reaches = ("occurred_until", Operator.GT) if is_event else (field, Operator.GTE)
    bounds: Mapping[Operator, Filter] = {
        Operator.GTE: Condition(last, reaches, moment.start),
        Operator.GT: Condition(last, reaches, moment.until),
        Operator.LTE: Condition(field, Operator.LT, moment.until),
        Operator.LT: Condition(field, Operator.LT, moment.start),
    }
    if operator is Operator.EQ:
        return AllOf((bounds[Operator.GTE], bounds[Operator.LTE]))
    return bounds[operator]
