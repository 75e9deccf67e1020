"""Feasts with a date of their own."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from memories.engine.domain import Interval
from memories.engine.text.dates._calendar import Calendar
from memories.engine.text.dates._rules import Rule, rule
from memories.engine.text.dates._tense import Tense, tense_around
from memories.engine.text.dates._words import PHRASE_ENDS, YEAR, one_of


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _thanksgiving(year: int) -> date:
    """The fourth Thursday of November (United States)."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, chapter 8)."""
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leaps - correction + 15) % 30
    years, odd = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * years - moon - odd) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


_HOLIDAYS: Final[Mapping[str, Callable[[int], date]]] = {
    "new year's day": _on(1, 1),
    "new year's eve": _on(12, 31),
    "new year's": _on(1, 1),
    "valentine's day": _on(2, 14),
    "valentine's": _on(2, 14),
    "st patrick's day": _on(3, 17),
    "easter": _easter,
    "easter sunday": _easter,
    "easter monday": lambda year: _easter(year) + timedelta(days=1),
    "good friday": lambda year: _easter(year) - timedelta(days=2),
    "4th of july": _on(7, 4),
    "fourth of july": _on(7, 4),
    "halloween": _on(10, 31),
    "thanksgiving": _thanksgiving,
    "thanksgiving day": _thanksgiving,
    "black friday": lambda year: _thanksgiving(year) + timedelta(days=1),
    "christmas eve": _on(12, 24),
    "christmas day": _on(12, 25),
    "christmas": _on(12, 25),
    "xmas": _on(12, 25),
    "boxing day": _on(12, 26),
}
_STEPS: Final[Mapping[str, int]] = {"last": -1, "this": 0, "next": 1}


def _holiday(match: re.Match[str], calendar: Calendar) -> Interval:
    name = " ".join(match.group("name").lower().replace("’", "'").split())
    on = _HOLIDAYS[name]
    if match.group("year"):
        return calendar.day(on(int(match.group("year"))))
    today = calendar.today
    step = _STEPS.get((match.group("step") or "").lower())
    if step is None:
        step = 1 if tense_around(match.string, *match.span()) is Tense.FUTURE else -1
    year = today.year
    if step < 0 and on(year) >= today:
        year -= 1
    if step > 0 and on(year) <= today:
        year += 1
    return calendar.day(on(year))


_NAME: Final = one_of(_HOLIDAYS).replace("'", "['’]")
_TRIGGERS: Final = frozenset(name.replace("'", " ").split()[0] for name in _HOLIDAYS) | {"july"}
# Bare, a feast is mostly part of a name ("a Christmas tree") or every year's.
HOLIDAYS: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?P<step>\b)(?P<name>{_NAME}),?\s+(?:of\s+|in\s+)?(?P<year>{YEAR})",
        _TRIGGERS,
        _holiday,
    ),
    rule(
        rf"(?P<step>last|this|next)\s+(?P<name>{_NAME})(?P<year>){PHRASE_ENDS}",
        _TRIGGERS,
        _holiday,
    ),
    rule(
        rf"(?P<step>on|at|over|since|by|before|after|until)\s+(?P<d>(?P<name>{_NAME}))(?P<year>)"
        rf"{PHRASE_ENDS}",
        _TRIGGERS,
        _holiday,
    ),
)
