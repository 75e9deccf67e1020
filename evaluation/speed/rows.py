"""What a measurement says: one figure with its spread, against its target."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that a figure must keep.

    Attributes:
        bound: in the figure's unit.
        at_least: the figure must not be below; otherwise, not above.
    """

    bound: float
    at_least: bool = False

    def met_by(self, figure: float) -> bool:
        """True if the figure keeps to the bound."""
        return figure >= self.bound if self.at_least else figure <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was measured several times in one run.

    Attributes:
        value: of all rounds together.
        low: of the lowest round.
        high: of the highest round.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of_rounds(cls, value: float, rounds: Sequence[float]) -> Self:
        """A figure with what the single rounds gave."""
        return cls(value, min(rounds), max(rounds))

    @classmethod
    def median(cls, values: Sequence[float]) -> Self:
        """The median of a few values, with the lowest and the highest."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        key: stable name in the JSON.
        what: the same in words.
        unit: of the figure and the target: "ms", "times", "MB", "KB".
        target: what it must keep to at full size; None where nothing is asked.
        parts: figures that it was made from or that belong to it, by stable names with units.
        note: what it was measured on.
    """

    key: str
    what: str
    unit: str
    figure: Figure
    target: Target | None
    note: str
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.target is None else self.target.met_by(self.figure.value)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
