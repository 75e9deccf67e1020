"""Times that words name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a time is known; the interval spans the whole unit."""

    INSTANT = "instant"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of time, [start, until)."""

    start: datetime
    until: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class DateExpression:
    """A time named in a text.

    Attributes:
        surface: the words, equal to `text[start:end]`.
        start: offset of the first character.
        end: offset after the last character.
        interval: what the words mean, in the speaker's time zone.
    """

    surface: str
    start: int
    end: int
    interval: Interval


class TimeIntent(StrEnum):
    """Which of a person's times a question is about."""

    ANY = "any"
    CURRENT = "current"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class QueryTime:
    """What a question says of time, read without a model.

    Attributes:
        intervals: stretches named ("in May 2023", "last week"), open ends cut at year 1 and 9999.
        anchor: words naming an event that bounds the answer ("she moved" in "before she moved").
        anchor_side: "before" or "after" the anchor; None without one.
        asks_when: True for "when did ...": a dated memory answers it.
        words: the time words themselves, for the explanation.
    """

    intent: TimeIntent = TimeIntent.ANY
    intervals: tuple[Interval, ...] = ()
    anchor: str | None = None
    anchor_side: str | None = None
    asks_when: bool = False
    words: tuple[str, ...] = ()
