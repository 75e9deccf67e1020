"""`python -m evaluation.platform_speed`: the speed of the platform on Postgres and Weaviate."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from evaluation.embedders import open_embedder
from evaluation.faults import EvaluationError
from evaluation.platform_speed.measuring import measure
from evaluation.platform_speed.sizes import FULL, SMALL, Sizes
from evaluation.speed.rows import Row
from evaluation.speed.table import as_json, as_table
from memories import RemembrancerError

_SIZES: Final = {sizes.name: sizes for sizes in (FULL, SMALL)}
_WORLDS: Final = [world.name for world in FULL.worlds]
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
    if given.only:
        sizes = replace(sizes, worlds=tuple(w for w in sizes.worlds if w.name in given.only))
    try:
        rows = _measured(sizes, given.vectors, given.profile)
        print(as_table(rows, sizes))
        if given.json is not None:
            text = json.dumps(as_json(rows, sizes), indent=2) + "\n"
            given.json.write_text(text, encoding="utf-8")
    except (EvaluationError, RemembrancerError, OSError) as error:
        print(f"platform speed: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("\nplatform speed: stopped", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _measured(sizes: Sizes, vectors: str, profile: Path | None) -> list[Row]:
    embedder = open_embedder(None)
    rows: list[Row] = []
    first: float | None = None
    for world in sizes.worlds:
        new = measure(
            world, sizes, vectors=vectors, embedder=embedder, first=first, profile=profile
        )
        medians = [row.figure.value for row in new if row.key.endswith("_search_p50")]
        # Of the first world alone.
        first, profile = medians[0] if first is None else first, None
        rows += new
    return rows


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.platform_speed", description=__doc__
    )
    parser.add_argument("--sizes", choices=sorted(_SIZES), default=FULL.name, help="default: full")
    parser.add_argument("--only", nargs="+", choices=_WORLDS, help="measure only these worlds")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there too")
    parser.add_argument(
        "--vectors", choices=("flat", "hnsw"), default="flat", help="how Weaviate finds them"
    )
    parser.add_argument(
        "--profile", type=Path, metavar="PICTURE", help="draw where the time of a search goes there"
    )
    return parser
