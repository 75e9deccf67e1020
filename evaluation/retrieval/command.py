"""`python -m evaluation retrieval`: measure, say what was found, keep it."""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluation.datasets import DOZEN, read_dataset
from evaluation.embedders import open_embedder
from evaluation.embedding_cache import CachedEmbedder, open_cache
from evaluation.faults import EvaluationError
from evaluation.files import write
from evaluation.options import CACHE, check_drawing, positive
from evaluation.retrieval.checkpoints import Checkpoints
from memories import RemembrancerError, Reranker, open_reranker

if TYPE_CHECKING:
    from evaluation.files import Json

_PAIR: Final = re.compile(r"\[\s+(-?[\d.]+),\s+(-?[\d.]+)\s+\]")
_FAILED: Final = 2
_INTERRUPTED: Final = 130


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        prog="python -m evaluation retrieval",
        description="Remembers the conversations of a data set, asks its questions and measures "
        "how much of the evidence search and context find, beside plain baselines on the same "
        "turns and embeddings. A run that was stopped goes on when it is started again with the "
        "same options and code.",
    )
    _add_what_is_asked(options)
    _add_what_is_compared(options)
    _add_what_is_kept(options)
    return options


def _add_what_is_asked(options: argparse.ArgumentParser) -> None:
    options.add_argument("--dataset", required=True, choices=["locomo", "longmemeval"])
    options.add_argument(
        "--data",
        required=True,
        type=Path,
        metavar="FILE",
        help="the data set; may be compressed with gzip or xz. locomo also takes conversations "
        "with questions and evidence in this product's own form",
    )
    options.add_argument(
        "--embedder",
        type=Path,
        metavar="DIR",
        help="a folder with an ONNX model and its tokenizer.json; the bundled model if left out",
    )
    options.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help="locomo: at most N questions a conversation, spread evenly over them in the file's "
        "order. longmemeval: N questions, the six types in turn in alphabetical order, within a "
        "type answerable ones first, then by the SHA-256 of their id",
    )
    options.add_argument(
        "--long",
        action="store_true",
        help=f"longmemeval: all questions; without it and --limit, --limit {DOZEN} holds. locomo "
        "asks all without it",
    )


def _add_what_is_compared(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--with-mem0", action="store_true", help="measure the package mem0ai as a baseline too"
    )
    options.add_argument(
        "--ablate",
        action="store_true",
        help="measure what is found without each part of the score too",
    )
    options.add_argument(
        "--rerank",
        type=Path,
        metavar="DIR",
        help="measure too what is found where the cross-encoder in this folder puts the best hits "
        "in order once more: an ONNX model and its tokenizer.json",
    )


def _add_what_is_kept(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--index",
        choices=["file", "weaviate"],
        default="file",
        help="where this library keeps what it is told: a file, or the server that the "
        "environment describes, with its index in Weaviate (docs/full-mode.md)",
    )
    options.add_argument(
        "--json", required=True, type=Path, metavar="OUT", help="where the figures are written"
    )
    options.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw the figures into this folder, as PNG"
    )
    options.add_argument(
        "--worst",
        type=Path,
        metavar="FILE",
        help="write the 30 worst questions with what was found instead, as Markdown; it holds "
        "words of the data set",
    )
    options.add_argument(
        "--cache",
        type=Path,
        default=CACHE,
        metavar="DIR",
        help="folder of embeddings and of what stopped runs have measured (default: %(default)s)",
    )
    options.add_argument(
        "--fresh",
        action="store_true",
        help="measure everything anew; embeddings are still taken from the cache",
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0; 2 where a file or an option is off, 130 after Ctrl-C.
    """
    options = parser().parse_args(arguments)
    try:
        _run(options)
    except (EvaluationError, RemembrancerError) as error:
        print(f"retrieval: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print(
            "\nretrieval: stopped; the same command goes on with what is not measured yet",
            file=sys.stderr,
        )
        return _INTERRUPTED
    return 0


def _run(options: argparse.Namespace) -> None:
    _check_outputs(options)
    dataset = read_dataset(
        options.dataset, options.data, limit=options.limit, everything=options.long
    )
    model = open_embedder(options.embedder)
    reranker = None if options.rerank is None else open_reranker(options.rerank)
    # They load numpy, which `--help` does without.
    from evaluation.retrieval import report, run, schema, summary  # noqa: PLC0415

    cache = options.cache.expanduser()
    with ExitStack() as stack:
        embedder = CachedEmbedder(model, stack.enter_context(open_cache(cache)))
        checkpoints = Checkpoints(cache, run.key_of(dataset, embedder, index=options.index))
        if options.fresh:
            checkpoints.forget()
        results = run.measure(
            dataset,
            embedder,
            checkpoints,
            with_mem0=options.with_mem0,
            ablate=options.ablate,
            reranker=reranker,
            index=options.index,
        )
        checkpoints.prune()
    found = report.build(dataset, results, _kept(options, reranker), model.model)
    faults = list(schema.faults_of(found))
    if faults:
        raise EvaluationError(f"the report is not of its documented shape: {'; '.join(faults)}")
    write(options.json, _as_json(found))
    if options.worst is not None:
        from evaluation.retrieval.worst import worst_questions  # noqa: PLC0415

        write(options.worst, worst_questions(dataset, results.measured[run.OWN]))
    if options.plots is not None:
        from evaluation.retrieval.plots import draw  # noqa: PLC0415

        draw(found, options.plots)
    print(summary.as_text(found))


def _kept(options: argparse.Namespace, reranker: Reranker | None) -> dict[str, "Json"]:
    """The options that a report tells."""
    return {
        "limit": options.limit,
        "long": options.long,
        "with_mem0": options.with_mem0,
        "ablate": options.ablate,
        "rerank": None if reranker is None else reranker.name,
        "index": options.index,
    }


def _check_outputs(options: argparse.Namespace) -> None:
    """A run takes long: what would keep it from being written is said before it."""
    for path in (options.json, options.worst):
        if path is not None and not path.parent.is_dir():
            raise EvaluationError(f"{path}: there is no folder {path.parent}")
        if path is not None and path.is_dir():
            raise EvaluationError(f"{path}: expected a file, but it is a folder")
    if options.plots is not None:
        check_drawing("--plots")
        try:
            options.plots.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EvaluationError(f"{options.plots}: {error.strerror}") from error


def _as_json(report: Mapping[str, "Json"]) -> str:
    """A key a line, intervals and points not broken up."""
    return _PAIR.sub(r"[\1, \2]", json.dumps(report, indent=2, ensure_ascii=False)) + "\n"
