"""A report as a table for people."""

from collections.abc import Iterator, Mapping
from typing import Final

from evaluation.files import Json, at

_NAME_WIDTH: Final = 30
_FIGURE_WIDTH: Final = 24


def as_text(report: Mapping[str, Json]) -> str:
    """Accuracy by category and size, then what matters most besides."""
    sizes = at(report, "sizes")
    blocks = sizes if isinstance(sizes, dict) else {}
    lines = [_line("", [f"{size} tokens" for size in blocks])]
    for key in ("published", "corrected") if at(report, "manifest", "corrections") else [""]:
        lines += _accuracies(blocks, key or "published", f", {key} key" if key else "")
    lines += [_line(name, cells) for name, cells in _besides(blocks)]
    lines += _against(report)
    return "\n".join(line.rstrip() for line in lines)


def _accuracies(blocks: Mapping[str, Json], key: str, suffix: str) -> Iterator[str]:
    first = at(next(iter(blocks.values()), None), key, "by_category")
    yield _line(
        f"all questions{suffix}", [_share(at(each, key, "overall")) for each in blocks.values()]
    )
    for category in first if isinstance(first, dict) else ():
        label = str(at(first, category, "label"))
        is_number = category.isdecimal()
        title = f"  {category} {label}" if is_number else f"  {label}"
        path = (key, "by_category", category)
        yield _line(title, [_share(at(each, *path)) for each in blocks.values()])


def _besides(blocks: Mapping[str, Json]) -> Iterator[tuple[str, list[str]]]:
    yield "tokens of context, mean", [str(at(each, "context_tokens")) for each in blocks.values()]
    costs = [at(each, "cost") for each in blocks.values()]
    if any(cost is not None for cost in costs):
        yield "cost", [str(cost) for cost in costs]
    yield "nothing found", [str(at(each, "empty")) for each in blocks.values()]
    yield "faults", [str(_faults(each)) for each in blocks.values()]
    failures = at(next(iter(blocks.values()), None), "failures")
    for cause in failures if isinstance(failures, dict) else ():
        yield f"not right: {cause}", [str(at(each, "failures", cause)) for each in blocks.values()]


def _against(report: Mapping[str, Json]) -> Iterator[str]:
    sizes = at(report, "against", "sizes")
    for size, each in sizes.items() if isinstance(sizes, dict) else ():
        yield (
            f"{size} tokens against {at(report, 'against', 'system')}: right here alone "
            f"{at(each, 'only_first')}, there alone {at(each, 'only_second')} of "
            f"{at(each, 'pairs')}, McNemar p {at(each, 'p')}, difference {at(each, 'difference')} "
            f"{at(each, 'interval')}"
        )


def unfinished_in(report: Mapping[str, Json]) -> int:
    """How many questions of all sizes have no answer or no verdict."""
    sizes = at(report, "sizes")
    counts = [at(each, "unfinished") for each in sizes.values()] if isinstance(sizes, dict) else []
    return sum(count for count in counts if isinstance(count, int))


def _faults(block: Json) -> int:
    faults = at(block, "faults")
    counts = faults.values() if isinstance(faults, dict) else ()
    return sum(count for count in counts if isinstance(count, int))


def _share(block: Json) -> str:
    mean, interval = at(block, "accuracy"), at(block, "interval")
    if not isinstance(mean, int | float) or not isinstance(interval, list):
        return "-"
    low, high = interval
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def _line(title: str, cells: list[str]) -> str:
    return f"{title:{_NAME_WIDTH}}" + "".join(f"{cell:>{_FIGURE_WIDTH}}" for cell in cells)
