"""A report as pictures: accuracy against tokens by category, and failures by cause."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from evaluation.answering.failures import Cause
from evaluation.answering.finding import Budget
from evaluation.answering.report import size_name
from evaluation.files import Json, at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any colour vision tell apart.
# Each key's colour, and how far aside it is drawn, so that two keys do not cover each other.
_KEYS: Final = {"published": ("#0072B2", -0.04), "corrected": ("#D55E00", 0.04)}
_COLOURS: Final = (
    "#000000",
    "#666666",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#0072B2",
)
_PANEL: Final = (3.9, 2.9)


def pictures(report: Mapping[str, Json], budgets: Sequence[Budget]) -> dict[str, str]:
    """Pictures by what they show, each as an address that holds it.

    Args:
        report: as `report.build` makes it.
        budgets: its sizes, in order.
    """
    sizes = [size_name(budget) for budget in budgets if at(report, "sizes", size_name(budget))]
    if not sizes:
        return {}
    return {
        "Accuracy against tokens of context, by category": _address(_accuracy(report, sizes)),
        "Answers that are not right, by cause": _address(_failures(report, sizes)),
    }


def _accuracy(report: Mapping[str, Json], sizes: Sequence[str]) -> "Figure":
    """One panel for all questions and one for each category, with 95 % intervals."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where a report is made

    categories = at(report, "sizes", sizes[0], "published", "by_category")
    places: list[tuple[str, ...]] = [("overall",)]
    places += [
        ("by_category", name) for name in (categories if isinstance(categories, dict) else ())
    ]
    columns = min(3, len(places))
    rows = -(-len(places) // columns)
    height = _PANEL[1] * rows
    drawn = Figure(figsize=(_PANEL[0] * columns, height))
    panels = drawn.subplots(rows, columns, sharey=True, squeeze=False)
    drawn.subplots_adjust(left=0.06, right=0.99, top=1 - 0.3 / height, bottom=0.5 / height)
    drawn.subplots_adjust(wspace=0.08, hspace=0.45)
    for panel, place in zip(panels.flat, places, strict=False):
        _draw_line(panel, report, sizes, ("published", *place))
        if at(report, "manifest", "corrections"):
            _draw_line(panel, report, sizes, ("corrected", *place))
        label = at(report, "sizes", sizes[0], "published", *place, "label")
        asked = at(report, "sizes", sizes[0], "published", *place, "questions")
        panel.set_title(f"{'all questions' if label is None else label} ({asked})", fontsize=9)
        _dress(panel, report, sizes)
    for panel in panels.flat[len(places) :]:
        panel.set_visible(False)
    if at(report, "manifest", "corrections"):
        panels.flat[0].legend(fontsize=7, loc="lower right")
    return drawn


def _draw_line(
    panel: "Axes",
    report: Mapping[str, Json],
    sizes: Sequence[str],
    place: tuple[str, ...],
) -> None:
    """One key's accuracy at each size."""
    colour, shift = _KEYS[place[0]]
    blocks = [at(report, "sizes", size, *place) for size in sizes]
    places = [number + shift for number, block in enumerate(blocks) if block]
    means = [_number(at(block, "accuracy")) for block in blocks if block]
    intervals = [at(block, "interval") for block in blocks if block]
    low = [mean - _end(each, 0) for mean, each in zip(means, intervals, strict=True)]
    high = [_end(each, 1) - mean for mean, each in zip(means, intervals, strict=True)]
    panel.errorbar(
        places,
        means,
        yerr=[[max(0.0, each) for each in low], [max(0.0, each) for each in high]],
        color=colour,
        marker="o",
        markersize=4,
        linewidth=1.4,
        capsize=3,
        label=f"{place[0]} key",
    )


def _dress(panel: "Axes", report: Mapping[str, Json], sizes: Sequence[str]) -> None:
    """Under each size stands the mean that contexts really had."""
    means = [at(report, "sizes", size, "context_tokens") for size in sizes]
    names = [f"{size}\n({_number(mean):.0f})" for size, mean in zip(sizes, means, strict=True)]
    panel.set_xticks(range(len(sizes)), names, fontsize=7)
    panel.set_xlim(-0.4, len(sizes) - 0.6)
    panel.set_ylim(0, 1.03)
    panel.tick_params(axis="y", labelsize=7)
    panel.grid(axis="y", color="#e3e3e3", linewidth=0.6)
    panel.spines[["top", "right"]].set_visible(False)


def _failures(report: Mapping[str, Json], sizes: Sequence[str]) -> "Figure":
    """Answers that are not right, stacked by cause."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where a report is made

    height = 1.4 + 0.5 * len(sizes)
    drawn = Figure(figsize=(7.5, height))
    panel = drawn.subplots()
    drawn.subplots_adjust(left=0.1, right=0.75, top=1 - 0.2 / height, bottom=0.6 / height)
    places, reached = range(len(sizes)), [0.0] * len(sizes)
    for cause, colour in zip(Cause, _COLOURS, strict=True):
        counts = [_number(at(report, "sizes", size, "failures", cause.value)) for size in sizes]
        if any(counts):
            panel.barh(places, counts, left=reached, color=colour, label=cause.value, height=0.6)
            reached = [before + count for before, count in zip(reached, counts, strict=True)]
    panel.set_yticks(places, sizes)
    panel.invert_yaxis()
    panel.set_xlabel("answers", fontsize=8)
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)
    if any(reached):
        panel.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1))
    return drawn


def _address(drawn: "Figure") -> str:
    """The picture as SVG inside its address, so that a page needs no other file."""
    written = io.StringIO()
    drawn.savefig(written, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(written.getvalue().encode()).decode()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _end(interval: Json, place: int) -> float:
    return _number(interval[place]) if isinstance(interval, list) else 0.0
