"""`python -m evaluation confidence`: does a search know whether it knows?"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.datasets import read_dataset
from evaluation.embedders import open_embedder
from evaluation.embedding_cache import CachedEmbedder, open_cache
from evaluation.faults import EvaluationError
from evaluation.files import write_whole
from evaluation.options import CACHE
from memories import RemembrancerError

if TYPE_CHECKING:
    from evaluation.confidence.asking import Sample

_FAILED = 2


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        prog="python -m evaluation confidence",
        description="Asks the conversations of a data set questions with and without an answer, "
        "and measures how well the probability that a search gives keeps its word. Also fits its "
        "weights anew, leaving one conversation out at a time.",
    )
    options.add_argument("--dataset", required=True, choices=["locomo", "longmemeval"])
    options.add_argument("--data", required=True, type=Path, metavar="FILE", help="the data set")
    options.add_argument("--embedder", type=Path, metavar="DIR", help="as for retrieval")
    options.add_argument("--json", required=True, type=Path, metavar="OUT", help="the figures")
    options.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="of embeddings")
    return options


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0; 2 where a file or an option is off.
    """
    options = parser().parse_args(arguments)
    try:
        _run(options)
    except (EvaluationError, RemembrancerError) as error:
        print(f"confidence: {error}", file=sys.stderr)
        return _FAILED
    return 0


def _run(options: argparse.Namespace) -> None:
    dataset = read_dataset(options.dataset, options.data, everything=True)
    model = open_embedder(options.embedder)
    # They load numpy, which `--help` does without.
    from evaluation.confidence.asking import ask_all  # noqa: PLC0415

    with open_cache(options.cache.expanduser()) as cache:
        samples = ask_all(dataset, CachedEmbedder(model, cache))
    figures = {"dataset": dataset.name, "sha256": dataset.sha256, "embedder": model.model}
    named = [each for each in samples if each.confidence.by_named is not None]
    unnamed = [each for each in samples if each.confidence.by_named is None]
    found = {
        **figures,
        "one speaker named": _figures(named),
        "nobody named": _figures(unnamed),
        "mean probability": _means(samples),
    }
    text = json.dumps(found, indent=1)
    write_whole(options.json, text + "\n")
    print(text)


def _figures(samples: "Sequence[Sample]") -> dict[str, object]:
    from evaluation.confidence import fitting  # noqa: PLC0415 - as above

    if not samples:
        return {}
    answered = fitting.answers_of(samples)
    given = fitting.given_to(samples)
    weights = fitting.fit(fitting.features_of(samples), answered)
    return {
        "given": asdict(fitting.kept(given, answered)),
        "fitted, leaving one out": asdict(fitting.kept(fitting.leaving_one_out(samples), answered)),
        "weights": [round(float(each), 2) for each in weights],
    }


def _means(samples: "Sequence[Sample]") -> dict[str, tuple[float, int]]:
    by_kind: dict[str, list[float]] = {}
    for each in samples:
        by_kind.setdefault(each.kind, []).append(each.confidence.probability)
    return {
        kind: (round(sum(found) / len(found), 3), len(found)) for kind, found in by_kind.items()
    }
