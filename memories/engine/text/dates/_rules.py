"""What a rule is: a pattern, the words that make it worth trying, and what it means."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from memories.engine.domain import Interval
from memories.engine.text.dates._calendar import Calendar

# Stand for "some digit" and "some Chinese or Japanese character" among a rule's triggers.
DIGIT: Final = "0"
HAN: Final = "漢"

Resolver: TypeAlias = Callable[[re.Match[str], Calendar], Interval | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of naming a time.

    Attributes:
        pattern: its group `d`, where it has one, is what counts as the date's own words.
        triggers: lower-case words; a text with none of them cannot match.
        resolve: the meaning of a match; None where it is no date after all. May raise
            ValueError or OverflowError where the calendar has no such day.
    """

    pattern: re.Pattern[str]
    triggers: frozenset[str]
    resolve: Resolver

    def span(self, match: re.Match[str]) -> tuple[int, int]:
        """Where the date's own words begin and end."""
        return match.span("d") if "d" in self.pattern.groupindex else match.span()


def rule(pattern: str, triggers: Iterable[str], resolve: Resolver) -> Rule:
    """A rule whose pattern stands between word boundaries, in any case."""
    return Rule(
        pattern=re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE),
        triggers=frozenset(triggers),
        resolve=resolve,
    )
