"""Finding the times that a text names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from memories.engine.domain import DateExpression, Interval, Precision
from memories.engine.text.dates._absolute import ABSOLUTE
from memories.engine.text.dates._calendar import Calendar, Part, Unit
from memories.engine.text.dates._holidays import HOLIDAYS
from memories.engine.text.dates._languages import EUROPEAN, HAN_RULES
from memories.engine.text.dates._relative import RELATIVE
from memories.engine.text.dates._rules import DIGIT, HAN, Rule
from memories.engine.text.dates._words import FEW, NUMBER, WEEKDAY, WEEKDAYS, number_of

_RULES: Final = (*RELATIVE, *ABSOLUTE, *HOLIDAYS, *EUROPEAN, *HAN_RULES)
_TRIGGERS: Final = frozenset().union(*(rule.triggers for rule in _RULES))
_WORDS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d")
_HAN: Final = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")

# Words just before a time that change what it means, with the same spelling as a `Part`.
_BEFORE: Final = re.compile(
    r"(?<!\w)(?:(?P<since>since\s+(?:about\s+|around\s+)?)"
    r"|(?P<week>(?:the\s+)?week(?P<end>end)?\s+of\s+(?:the\s+)?)"
    rf"|(?:the\s+)?(?P<place>first|last)\s+(?P<piece>day|week|weekend|{WEEKDAY})\s+(?:of|in)\s+"
    r"(?:the\s+)?"
    rf"|(?:(?P<number>{NUMBER})|the)\s+(?P<unit>day|week|month|year)s?\s+"
    r"(?P<side>before|after)\s+(?:the\s+)?"
    r"|(?P<part>(?:the\s+)?(?:early|mid|late|(?:very\s+)?(?P<edge>beginning|start|middle|end)\s+of)"
    r"(?:\s+the)?[\s-]+))$",
    re.IGNORECASE,
)
_BEFORE_REACH: Final = 36
_EDGES: Final = {
    "beginning": Part.EARLY,
    "start": Part.EARLY,
    "middle": Part.MID,
    "end": Part.LATE,
}


def find_dates(
    text: str, *, said_at: datetime, zone: tzinfo | None = None
) -> tuple[DateExpression, ...]:
    """The times that the text names, in order, none overlapping another.

    Relative words ("yesterday") are resolved against `said_at`, an aware datetime, in `zone` or
    else in the zone that `said_at` carries. Words that may be no time are left alone. Rules where
    usage varies: weeks begin on Monday; "5/7/2023" is 7 May (month first) unless the first number
    is above 12; "next Friday" is the first one after today; a bare "May" or "Friday" is the
    nearest past one, or the nearest to come where the words plan; seasons follow the zone's
    hemisphere.

    Each interval carries the local offset at either end, so that a day of 23 hours measures 23.
    """
    rules = _worth_trying(text)
    if not rules:
        return ()
    calendar = Calendar.at(said_at, zone)
    found = sorted(_matches(rules, text, calendar), key=lambda date: (date.start, -date.end))
    kept: list[DateExpression] = []
    for expression in found:
        if not kept or expression.start >= kept[-1].end:
            kept.append(expression)
    return tuple(kept)


def _worth_trying(text: str) -> list[Rule]:
    present = _TRIGGERS.intersection(_WORDS.findall(text.lower()))
    if _DIGITS.search(text):
        present |= {DIGIT}
    if not text.isascii() and _HAN.search(text):
        present |= {HAN}
    return [rule for rule in _RULES if not rule.triggers.isdisjoint(present)] if present else []


def _matches(rules: list[Rule], text: str, calendar: Calendar) -> Iterator[DateExpression]:
    for rule in rules:
        for match in rule.pattern.finditer(text):
            try:
                interval = rule.resolve(match, calendar)
                if interval is None:
                    continue
                start, end = rule.span(match)
                start, interval = _with_words_before(text, start, interval, calendar)
            except (ValueError, OverflowError):
                continue  # the calendar has no such day: the words name something else
            except KeyError:
                continue  # a letter that only folds to the table's, such as a long s
            yield DateExpression(text[start:end], start, end, interval)


def _with_words_before(
    text: str, start: int, interval: Interval, calendar: Calendar
) -> tuple[int, Interval]:
    """Where the words begin and what they mean, once "since", "early" and the like are counted."""
    offset = max(0, start - _BEFORE_REACH)
    before = _BEFORE.search(text[offset:start])
    if before is None:
        return start, interval
    changed: Interval | None
    if before.group("since"):
        changed = calendar.until_now(interval.start.date(), interval.precision)
    elif before.group("week"):
        whole = calendar.weekend if before.group("end") else calendar.week
        is_day = interval.precision is Precision.DAY
        changed = whole(interval.start.date()) if is_day else None
    elif before.group("place"):
        changed = _end_of(before, interval, calendar)
    elif before.group("unit"):
        changed = _units_away(before, interval, calendar)
    else:
        edge = before.group("edge")
        name = before.group("part").lower().removeprefix("the").strip(" \t\r\n-")
        changed = calendar.part_of(interval, _EDGES[edge.lower()] if edge else Part(name))
    return (start, interval) if changed is None else (offset + before.start(), changed)


def _end_of(before: re.Match[str], interval: Interval, calendar: Calendar) -> Interval | None:
    """What "the last day of" or "the first Friday in" makes of a month or more; None of less."""
    first, after = interval.start.date(), interval.until.date()
    if interval.precision in {Precision.INSTANT, Precision.DAY, Precision.WEEK}:
        return None
    at_end = before.group("place").lower() == "last"
    piece = before.group("piece").lower()
    if piece == "week":
        start = after - timedelta(days=7) if at_end else first
        return calendar.span(start, start + timedelta(days=7), Precision.WEEK)
    day = after - timedelta(days=1) if at_end else first
    if piece == "day":
        return calendar.day(day)
    wanted = WEEKDAYS["saturday" if piece == "weekend" else piece]
    ahead = (wanted - day.weekday()) % 7
    day += timedelta(days=ahead - 7 if at_end and ahead else ahead)
    return calendar.weekend(day) if piece == "weekend" else calendar.day(day)


def _units_away(before: re.Match[str], interval: Interval, calendar: Calendar) -> Interval | None:
    """What "two weeks before" makes of a day; None of longer stretches, which leave it open."""
    words = before.group("number")
    number = number_of(words) if words else 1
    if interval.precision is not Precision.DAY or number == FEW:
        return None
    there = replace(calendar, today=interval.start.date())
    sign = -1 if before.group("side").lower() == "before" else 1
    return there.unit_from_now(Unit(before.group("unit").lower()), sign * number)
