"""The options of `python -m evaluation answer`."""

import argparse
from pathlib import Path
from typing import Final

from evaluation.options import CACHE, positive

_SYSTEMS: Final = ("remembrancer", "bm25", "full-context", "mem0")
_BUDGETS: Final = (2000, 4000, 8000)
# What `Memory.context` takes.
_LEAST_BUDGET: Final = 64
_PARALLEL: Final = 4
_PATIENCE_SECONDS: Final = 300.0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        prog="python -m evaluation answer",
        description="Remembers the conversations of a data set, hands what is found for each "
        "question to a reader, a language model, and lets a judge, another, say whether its "
        "answer is right. A run that was stopped goes on when it is started again with the same "
        "options and code; what is finished is never asked again.",
    )
    _add_what_is_asked(options)
    _add_what_remembers(options)
    _add_who_answers(options)
    _add_what_is_kept(options)
    return options


def _add_what_is_asked(options: argparse.ArgumentParser) -> None:
    options.add_argument("--dataset", required=True, choices=["locomo", "longmemeval", "beam"])
    options.add_argument(
        "--data",
        required=True,
        type=Path,
        metavar="FILE",
        help="the data set; beam: the folder of a chat, or a folder of such folders",
    )
    options.add_argument(
        "--budget",
        type=_budgets,
        default=_BUDGETS,
        metavar="TOKENS,...",
        help="sizes of the contexts handed to the reader (default: 2000,4000,8000); full-context "
        "has none",
    )
    options.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help="locomo, beam: at most N questions a conversation, spread evenly. longmemeval: N "
        "questions, the types in turn",
    )
    options.add_argument(
        "--corrections", type=Path, metavar="FILE", help="answers of the key that are wrong"
    )


def _add_what_remembers(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--system",
        choices=_SYSTEMS,
        default="remembrancer",
        help="what remembers and finds (default: %(default)s)",
    )
    options.add_argument(
        "--extractor",
        choices=["local"],
        default="local",
        help="what learns memories from messages (default: %(default)s)",
    )
    options.add_argument(
        "--embedder",
        type=Path,
        metavar="DIR",
        help="a folder with an ONNX model and its tokenizer.json; the bundled model if left out",
    )


def _add_who_answers(options: argparse.ArgumentParser) -> None:
    for role in ("reader", "judge"):
        options.add_argument(
            f"--{role}",
            required=True,
            metavar="MODEL",
            help="anthropic:MODEL (Messages) or chat:MODEL (OpenAI's chat completions)",
        )
        options.add_argument(f"--{role}-url", metavar="URL", help="base address of its endpoint")
        options.add_argument(
            f"--{role}-key",
            metavar="VARIABLE",
            help="environment variable with its key (default: ANTHROPIC_API_KEY or "
            "OPENAI_API_KEY, and none with an address of its own)",
        )
    options.add_argument(
        "--price",
        action="append",
        default=[],
        metavar="ROLE=READ,WRITTEN[,CACHED]",
        help="of a million tokens, such as reader=3,15; once for reader and once for judge",
    )
    options.add_argument(
        "--parallel",
        type=positive,
        default=_PARALLEL,
        metavar="N",
        help="questions that are read and judged at the same time (default: %(default)s)",
    )
    options.add_argument(
        "--patience",
        type=float,
        default=_PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long a question waits for an overloaded model in all (default: %(default)s)",
    )


def _add_what_is_kept(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FOLDER",
        help="where everything is kept; it holds words of the data set",
    )
    options.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another run on the same data, to compare"
    )
    options.add_argument(
        "--predict", action="store_true", help="only say what the run would read and cost"
    )
    options.add_argument(
        "--cache", type=Path, default=CACHE, metavar="DIR", help="embeddings (default: %(default)s)"
    )


def _budgets(text: str) -> tuple[int, ...]:
    budgets = tuple(dict.fromkeys(positive(each) for each in text.split(",")))
    if min(budgets) < _LEAST_BUDGET:
        raise argparse.ArgumentTypeError(f"expected at least {_LEAST_BUDGET} tokens, got {text}")
    return budgets
