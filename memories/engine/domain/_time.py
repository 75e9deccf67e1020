"""Times that words name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
class Distance:
    """How far from an event: "two weeks" is `length` 14 days, give or take a `slack` of half one.

    Attributes:
        length: from the event to the middle of what is meant.
        slack: how much nearer or farther also fits; none for days, which are counted exactly.
    """

    length: timedelta
    slack: timedelta


@dataclass(frozen=True, slots=True)
class QueryTime:
    """What a question says of time, read without a model.

    Attributes:
        intervals: stretches named ("in May 2023", "last week"), open ends cut at year 1 and 9999.
        anchor: words naming an event that bounds the answer ("she moved" in "before she moved").
        anchor_side: "before" or "after" the anchor; None without one.
        anchor_distance: how far on that side ("two weeks before the wedding"); None for anywhere.
        anchor_clause: the question's words about the anchor, where it is apart from what is asked;
            "" where what is asked may be of the anchor too.
        asks_when: True for "when did ...": a dated memory answers it.
        words: the time words themselves, for the explanation.
    """

    intent: TimeIntent = TimeIntent.ANY
    intervals: tuple[Interval, ...] = ()
    anchor: str | None = None
    anchor_side: str | None = None
    anchor_distance: Distance | None = None
    anchor_clause: str = ""
    asks_when: bool = False
    words: tuple[str, ...] = ()
