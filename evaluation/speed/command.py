"""`python -m evaluation.speed`: every measurement of speed, in one table and one JSON file."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from evaluation.embedders import open_embedder
from evaluation.faults import EvaluationError
from evaluation.mem0.environment import cache_folder, environment
from evaluation.mem0.process import Mem0Process
from evaluation.speed import against_mem0, holding, ingesting, searching, serving
from evaluation.speed.files import BuiltFiles
from evaluation.speed.rows import Row
from evaluation.speed.sizes import FULL, SMALL, Sizes
from evaluation.speed.table import as_json, as_table
from memories import Embedder, RemembrancerError

Measure: TypeAlias = Callable[[BuiltFiles, Sizes, Embedder], Sequence[Row]]

_SIZES: Final = {sizes.name: sizes for sizes in (FULL, SMALL)}
_MEASURES: Final[Mapping[str, Measure]] = {
    "search": lambda files, sizes, embedder: [searching.over_embedder(files, sizes, embedder)],
    "scopes": lambda files, sizes, _: [searching.many_scopes(files, sizes)],
    "large": lambda files, sizes, _: [searching.one_large_scope(files, sizes)],
    "ingest": lambda _, sizes, embedder: [ingesting.against_embedder(sizes, embedder)],
    "held": lambda files, sizes, _: holding.held_and_started(files, sizes),
    "server": serving.over_http,
    "mem0": lambda _, sizes, embedder: against_mem0.against_mem0(
        sizes, embedder, Mem0Process(environment(), embedder)
    ),
}
_FAILED: Final = 1
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print.

    Args:
        arguments: the options; those of the command line if None.

    Returns:
        0, whether the targets are met or not; 1 where a measurement can't be made, 2 where an
        option is off, 130 after Ctrl-C.
    """
    given = _parser().parse_args(arguments)
    sizes = _SIZES[given.sizes]
    names = given.only or [name for name in _MEASURES if name != "mem0" or given.with_mem0]
    try:
        rows = list(_measure(names, sizes, given.cache))
        print(as_table(rows, sizes))
        if given.json is not None:
            text = json.dumps(as_json(rows, sizes), indent=2) + "\n"
            given.json.write_text(text, encoding="utf-8")
    except (EvaluationError, RemembrancerError, OSError) as error:
        print(f"speed: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("\nspeed: stopped; files that were built whole are kept", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _measure(names: Sequence[str], sizes: Sizes, cache: Path) -> Iterator[Row]:
    files = BuiltFiles(cache)
    embedder = open_embedder(None)
    for name in names:
        print(f"speed: measuring {name}", file=sys.stderr, flush=True)
        yield from _MEASURES[name](files, sizes, embedder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evaluation.speed", description=__doc__)
    parser.add_argument("--sizes", choices=sorted(_SIZES), default=FULL.name, help="default: full")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there too")
    parser.add_argument("--with-mem0", action="store_true", help="compare with the mem0 package")
    parser.add_argument("--only", nargs="+", choices=sorted(_MEASURES), help="measure only these")
    parser.add_argument(
        "--cache", type=Path, default=cache_folder(), help="where built files are kept"
    )
    return parser
