"""What it takes to hold memories: memory, disk, and time until the first answer."""

from collections.abc import Mapping, Sequence
from typing import Final

from evaluation.speed.files import Built, BuiltFiles
from evaluation.speed.process import in_fresh_process
from evaluation.speed.rows import Figure, Row, Target
from evaluation.speed.sizes import Sizes

_RESIDENT: Final = Target(300.0)
_FRESH_PROCESSES: Final = 3
_KILOBYTE: Final = 1000


def held_and_started(files: BuiltFiles, sizes: Sizes) -> list[Row]:
    """Resident memory after adding and after opening, the time to the first answer, and disk."""
    built = files.remembered(sizes.scope)
    runs = [
        in_fresh_process("ask", built.path, memories=sizes.scope) for _ in range(_FRESH_PROCESSES)
    ]
    return [*_resident(built, runs, sizes), *_started(built, runs, sizes)]


def _resident(built: Built, runs: Sequence[Mapping[str, float]], sizes: Sizes) -> list[Row]:
    return [
        Row(
            key="resident_after_adding",
            what=f"resident memory after adding {sizes.scope:,} memories and searching",
            unit="MB",
            figure=Figure.median([built.facts["resident_mb"]]),
            target=_RESIDENT,
            note="a fresh process, real model",
            parts={"ingest_s": built.facts["ingest_s"]},
        ),
        Row(
            key="resident_after_opening",
            what=f"resident memory after opening {sizes.scope:,} memories and searching",
            unit="MB",
            figure=Figure.median([run["resident_mb"] for run in runs]),
            target=_RESIDENT,
            note="a fresh process, real model",
        ),
    ]


def _started(built: Built, runs: Sequence[Mapping[str, float]], sizes: Sizes) -> list[Row]:
    first_answer = [run["open_ms"] + run["first_search_ms"] for run in runs]
    a_memory = built.facts["bytes"] / built.facts["memories"] / _KILOBYTE
    return [
        Row(
            key="cold_start",
            what=f"opening {sizes.scope:,} memories and the first search",
            unit="ms",
            figure=Figure.median(first_answer),
            target=None,
            note="a fresh process, real model, file in the system's cache",
            parts={
                name: Figure.median([run[name] for run in runs]).value
                for name in ("import_ms", "open_ms", "first_search_ms")
            },
        ),
        Row(
            key="file_size",
            what="file size for each memory with its message",
            unit="KB",
            figure=Figure.median([a_memory]),
            target=None,
            note="index and vectors included",
        ),
    ]
