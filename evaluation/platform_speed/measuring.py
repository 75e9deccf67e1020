"""What is measured of a world, as rows of the table."""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evaluation.platform_speed.asked import Asked
from evaluation.platform_speed.bare import Bare
from evaluation.platform_speed.running import platform, run, web
from evaluation.platform_speed.searching import Searched, search_steadily
from evaluation.platform_speed.sizes import Sizes, World
from evaluation.platform_speed.steps import collecting, draw
from evaluation.speed.requests import SEARCHES_A_SECOND
from evaluation.speed.rows import Figure, Row, Target, percentile
from memories import Embedder

_MEDIAN: Final = Target(30.0)
_TAIL: Final = Target(80.0)
_OWN: Final = Target(10.0)
_OF_FIRST: Final = Target(1.5)
_INDEXED: Final = Target(1000.0, at_least=True)
_NOTE: Final = (
    "gunicorn's processes, Postgres, Redis, Weaviate and the load share the processors; "
    "made-up vectors, questions embedded by the bundled model"
)


def measure(
    world: World,
    sizes: Sizes,
    *,
    vectors: str,
    embedder: Embedder,
    first: float | None,
    profile: Path | None = None,
) -> list[Row]:
    """Fill a world and search it.

    Args:
        world: which.
        sizes: of the run.
        vectors: how Weaviate finds them, `flat` or `hnsw`.
        embedder: the bundled one.
        first: the median of the first world, in milliseconds; None of the first itself.
        profile: where a picture of where the time goes is drawn; nowhere if None.

    Raises:
        EvaluationError: the platform does not start, or can't be filled.
    """
    with platform(vectors=vectors, open_projects=world.projects) as environment:
        filled = _filled(world, sizes, environment)
        asked = [Asked(**each) for each in filled.pop("asked")]
        with web(environment) as base, Bare(environment, embedder) as bare:
            searched = search_steadily(
                base, asked, bare, seconds=sizes.seconds, rounds=sizes.rounds
            )
        if profile is not None:
            _draw(world, sizes, asked, environment, profile)
    return [_indexing(world, filled), *_searching(world, searched, first)]


def _filled(world: World, sizes: Sizes, environment: Mapping[str, str]) -> dict[str, Any]:
    print(f"platform speed: filling {world.name}", file=sys.stderr, flush=True)
    counts = {"memories": world.memories, "projects": world.projects, "user": sizes.user}
    words = [word for name, count in counts.items() for word in (f"--{name}", str(count))]
    printed = run([sys.executable, "-m", "evaluation.platform_speed.filling", *words], environment)
    filled: dict[str, Any] = json.loads(printed)
    return filled


def _draw(
    world: World,
    sizes: Sizes,
    asked: Sequence[Asked],
    environment: Mapping[str, str],
    picture: Path,
) -> None:
    """Search once more, with spans."""
    with collecting() as collector:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
        with web({**environment, **traced}) as base:
            search_steadily(base, asked, None, seconds=sizes.seconds, rounds=1)
    title = f"A search over HTTP, {SEARCHES_A_SECOND} a second\n{_of(world)}"
    draw(collector.steps(), picture, title=title)


def _indexing(world: World, filled: Mapping[str, float]) -> Row:
    memories = filled["rows"] / 2
    return Row(
        key=f"{world.name}_indexing",
        what=f"{_of(world)}: memories indexed a second, each with its message",
        unit="memories/s",
        figure=Figure.median([memories / filled["seconds"]]),
        target=_INDEXED,
        note="vectors given; one process writes, 200 rows at a time",
        parts={
            "rows_per_s": filled["rows"] / filled["seconds"],
            "entities_per_s": filled["entities"] / filled["entity_seconds"],
            "with_entities_per_s": memories / (filled["seconds"] + filled["entity_seconds"]),
        },
    )


def _searching(world: World, searched: Searched, first: float | None) -> list[Row]:
    taken, bare = searched.taken, searched.bare
    median = statistics.median(taken)
    what = f"{_of(world)}: search over HTTP, {SEARCHES_A_SECOND} a second"
    parts = {
        "p99_ms": percentile(taken, 0.99),
        "searches": len(taken),
        "failed": searched.failed,
        "empty": searched.empty,
        **{f"without_{signal}": count for signal, count in searched.degraded.items()},
    }
    rows = [
        Row(
            key=f"{world.name}_search_p50",
            what=f"{what}, p50",
            unit="ms",
            figure=Figure.of_rounds(median, list(map(statistics.median, searched.rounds))),
            target=_MEDIAN if first is None else None,
            note=_NOTE,
            parts=parts,
        ),
        Row(
            key=f"{world.name}_search_p95",
            what=f"{what}, p95",
            unit="ms",
            figure=Figure.of_rounds(
                percentile(taken, 0.95), [percentile(each, 0.95) for each in searched.rounds]
            ),
            target=_TAIL if first is None else None,
            note=_NOTE,
        ),
        _own(world, searched, bare),
    ]
    if first is not None:
        rows.append(_of_first(world, median, first))
    return rows


def _own(world: World, searched: Searched, bare: Sequence[float]) -> Row:
    """What the platform takes beyond a bare query."""
    differences = [
        statistics.median(ours) - statistics.median(theirs)
        for ours, theirs in zip(searched.rounds, searched.bare_rounds, strict=True)
    ]
    return Row(
        key=f"{world.name}_own_cost",
        what=f"{_of(world)}: p50 of a search over HTTP, less that of a bare hybrid query",
        unit="ms",
        figure=Figure.of_rounds(
            statistics.median(searched.taken) - statistics.median(bare), differences
        ),
        target=_OWN,
        note="weaviate-client in a plain loop at the same rate, with the embedding; a round each",
        parts={"bare_p50_ms": statistics.median(bare), "bare_p95_ms": percentile(bare, 0.95)},
    )


def _of_first(world: World, median: float, first: float) -> Row:
    return Row(
        key=f"{world.name}_search_of_first",
        what=f"{_of(world)}: p50 of a search, as a share of the first world's",
        unit="times",
        figure=Figure.median([median / first]),
        target=_OF_FIRST,
        note="one run after the other",
    )


def _of(world: World) -> str:
    return f"{world.memories:,} memories in {world.projects:,} projects"
