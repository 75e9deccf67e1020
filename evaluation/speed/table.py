"""The rows as a table for people, and as JSON for everything else."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from evaluation.speed.rows import Figure, Row

_HEADINGS = ("what", "measured", "lowest to highest", "target", "")


class Sized(Protocol):
    """How much was measured."""

    @property
    def name(self) -> str:
        """As the command line names it."""
        ...

    @property
    def binding(self) -> bool:
        """The targets are about it."""
        ...


def as_table(rows: Sequence[Row], sizes: Sized) -> str:
    """Aligned plain text: a line a row, below it what it was made from."""
    lines = [_HEADINGS, *(_cells(row, sizes) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    table: list[str] = []
    for number, line in enumerate(lines):
        padded = [
            cell.ljust(width) if column in (0, len(_HEADINGS) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        table.append("  ".join(padded).rstrip())
        if number:
            table.append(f"    {_detail(rows[number - 1])}")
    if not sizes.binding:
        table.append(f"The targets are about the full sizes, not about these ({sizes.name}).")
    return "\n".join(table)


def as_json(rows: Sequence[Row], sizes: Sized) -> Mapping[str, object]:
    """Everything that was measured, by stable keys."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sizes": sizes.name,
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "machine": platform.machine(),
            "processors": os.cpu_count(),
            "load_average": os.getloadavg()[0],
        },
        "rows": {row.key: _as_json(row, sizes) for row in rows},
    }


def _cells(row: Row, sizes: Sized) -> tuple[str, ...]:
    figure, target = row.figure, row.target
    return (
        row.what,
        f"{_number(figure.value)} {row.unit}",
        _spread(figure),
        "" if target is None else f"{target} {row.unit}",
        _mark(row, sizes),
    )


def _mark(row: Row, sizes: Sized) -> str:
    if row.passed is None or not sizes.binding:
        return ""
    return "pass" if row.passed else "FAIL"


def _spread(figure: Figure) -> str:
    if figure.low == figure.high:
        return ""
    return f"{_number(figure.low)} to {_number(figure.high)}"


def _detail(row: Row) -> str:
    parts = [f"{name} {_number(value)}" for name, value in row.parts.items()]
    return "; ".join([row.note, *parts])


def _number(value: float) -> str:
    """Three digits that count, so that the columns can be read."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _as_json(row: Row, sizes: Sized) -> Mapping[str, object]:
    target = row.target
    return {
        "what": row.what,
        "unit": row.unit,
        "measured": row.figure.value,
        "lowest": row.figure.low,
        "highest": row.figure.high,
        "at_most": None if target is None or target.at_least else target.bound,
        "at_least": target.bound if target is not None and target.at_least else None,
        "passed": row.passed if sizes.binding else None,
        "note": row.note,
        "parts": dict(row.parts),
    }
