"""A report as pictures: recall against k and against tokens, and how well confidence tells."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluation.files import Json, at
from evaluation.retrieval.run import OWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which people with any colour vision tell apart; each line also has a
# dash pattern and its name at its end.
_STYLES: Final = {
    OWN: ("#0072B2", "-", 2.6),
    "messages_only": ("#56B4E9", "--", 1.6),
    "memories_only": ("#009E73", "--", 1.6),
    "fusion": ("#D55E00", "-.", 1.6),
    "bm25": ("#E69F00", ":", 1.8),
    "dense": ("#CC79A7", ":", 1.8),
    "mem0": ("#000000", "-.", 1.6),
}
_NAMES: Final = {
    "messages_only": "messages only",
    "memories_only": "memories only",
    "bm25": "BM25",
}
_OTHER: Final = ("#666666", ":", 1.6)
_PANEL: Final = (4.6, 3.6)
_DPI: Final = 150
# Names at the ends of lines stand at least so far apart, as a share of the panel's height.
_NAME_HEIGHT: Final = 0.062
_GREY: Final = "#8a8a8a"


def draw(report: Mapping[str, Json], folder: Path) -> None:
    """Draw a report.

    Args:
        report: as `report.build` makes it.
        folder: there already; gets recall_at_k.png, recall_in_tokens.png and, where questions
            were to be abstained from, abstention.png.
    """
    unit = str(at(report, "meta", "unit"))
    caption = (
        f"{at(report, 'meta', 'dataset')}, {at(report, 'overall', 'questions')} questions, "
        f"{at(report, 'meta', 'embedder')}"
    )
    _draw_panels(
        report,
        figure="recall_at",
        axis=f"first k {unit}s",
        title=f"Share of the evidence among the first k {unit}s\n{caption}",
        path=folder / "recall_at_k.png",
    )
    _draw_panels(
        report,
        figure="recall_in_tokens",
        axis="tokens of context",
        title=f"Share of the evidence inside the context\n{caption}",
        path=folder / "recall_in_tokens.png",
    )
    if at(report, "abstention", "curve"):
        _draw_abstention(report, caption, folder / "abstention.png")


def _draw_panels(
    report: Mapping[str, Json], *, figure: str, axis: str, title: str, path: Path
) -> None:
    """One panel for all questions and one for each category, ways of finding as lines."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where it is asked for

    ways = _ways(report)
    by_category = at(report, "by_category")
    categories = list(by_category) if isinstance(by_category, dict) else []
    columns = min(3, 1 + len(categories))
    rows = -(-(1 + len(categories)) // columns)
    size = (_PANEL[0] * columns, _PANEL[1] * rows + 0.6)
    drawn = Figure(figsize=size, layout="constrained")
    panels = drawn.subplots(rows, columns, sharey=True, squeeze=False)
    places = [("overall",), *(("by_category", category) for category in categories)]
    for panel, place in zip(panels.flat, places, strict=False):
        _draw_lines(panel, {name: at(way, *place) for name, way in ways.items()}, figure)
        label = at(report, *place, "label")
        heading = "all questions" if label is None else str(label)
        panel.set_title(f"{heading} ({at(report, *place, 'questions')})", fontsize=10)
        panel.set_xlabel(axis, fontsize=9)
    for panel in panels.flat[len(places) :]:
        panel.set_visible(False)
    for row in panels:
        row[0].set_ylabel("recall", fontsize=9)
    drawn.suptitle(title, fontsize=11)
    drawn.savefig(path, dpi=_DPI)


def _ways(report: Mapping[str, Json]) -> dict[str, Json]:
    baselines = report["baselines"]
    others = baselines if isinstance(baselines, dict) else {}
    return {**others, OWN: dict(report)}  # ours last, so that it is drawn on top


def _draw_lines(panel: "Axes", blocks: Mapping[str, Json], figure: str) -> None:
    """Each way's figure against k or tokens, on a logarithmic axis, with its name at its end."""
    ends: list[tuple[float, str, str]] = []
    ticks: list[int] = []
    for name, block in blocks.items():
        points = at(block, figure)
        if not isinstance(points, dict):
            continue
        ticks = sorted(map(int, points))
        values = [_number(points[str(tick)]) for tick in ticks]
        colour, dashes, width = _STYLES.get(name, _OTHER)
        panel.plot(ticks, values, dashes, color=colour, linewidth=width, marker="o", markersize=3)
        if name == OWN:
            _draw_interval(panel, ticks, at(block, f"{figure}_interval"), colour)
        ends.append((values[-1], name, colour))
    panel.set_xscale("log")
    panel.set_xticks(ticks, [str(tick) for tick in ticks], fontsize=8)
    panel.minorticks_off()
    panel.set_ylim(0, 1.02)
    panel.tick_params(axis="y", labelsize=8)
    panel.grid(axis="y", color="#e3e3e3", linewidth=0.6)
    panel.spines[["top", "right"]].set_visible(False)
    _name_lines(panel, ticks[-1], ends)


def _draw_interval(panel: "Axes", ticks: Sequence[int], intervals: Json, colour: str) -> None:
    low, high = [], []
    for tick in ticks:
        interval = at(intervals, str(tick))
        if isinstance(interval, list):
            low.append(_number(interval[0]))
            high.append(_number(interval[1]))
    panel.fill_between(ticks, low, high, color=colour, alpha=0.15, linewidth=0)


def _name_lines(panel: "Axes", last: int, ends: Sequence[tuple[float, str, str]]) -> None:
    """Names right of the lines' ends, moved apart where lines end close together."""
    top = 1.02
    for value, name, colour in sorted(ends, key=lambda end: (end[0], end[1] == OWN), reverse=True):
        place = min(value, top - _NAME_HEIGHT)
        top = place
        panel.annotate(
            _NAMES.get(name, name),
            xy=(last, value),
            xytext=(1.03, place / 1.02),
            textcoords="axes fraction",
            fontsize=8,
            fontweight="bold" if name == OWN else "normal",
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.5,
                "alpha": 0.6,
                "relpos": (0, 0.5),
            },
        )


def _draw_abstention(report: Mapping[str, Json], caption: str, path: Path) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where it is asked for

    curve = at(report, "abstention", "curve")
    points = [each for each in curve if isinstance(each, list)] if isinstance(curve, list) else []
    colour = _STYLES[OWN][0]
    drawn = Figure(figsize=(5.2, 5.2), layout="constrained")
    panel = drawn.subplots()
    panel.plot(
        [_number(x) for x, _ in points], [_number(y) for _, y in points], color=colour, linewidth=2
    )
    panel.plot([0, 1], [0, 1], "--", color=_GREY, linewidth=1)
    panel.text(0.62, 0.56, "chance", color=_GREY, fontsize=9, rotation=45, rotation_mode="anchor")
    area, interval = at(report, "abstention", "auc"), at(report, "abstention", "auc_interval")
    panel.text(0.45, 0.18, f"area {area}\n95 % {interval}", color=colour, fontsize=10)
    apart = at(report, "abstention", "questions")
    panel.set_xlabel(f"share of {apart} unanswerable questions that reach the confidence")
    panel.set_ylabel("share of answerable questions that reach it")
    panel.set_title(f"Does the confidence tell what is not known?\n{caption}", fontsize=10)
    panel.set_aspect("equal")
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1.01)
    panel.spines[["top", "right"]].set_visible(False)
    drawn.savefig(path, dpi=_DPI)


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
