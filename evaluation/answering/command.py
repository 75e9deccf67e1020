"""`python -m evaluation answer`: ask, judge, say what came of it, keep everything."""

import argparse
import json
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from evaluation.answering.corrections import read_corrections
from evaluation.answering.endpoints import Endpoint, read_endpoint
from evaluation.answering.options import parser
from evaluation.answering.prices import Price, read_prices
from evaluation.faults import EvaluationError
from evaluation.files import Json, write
from evaluation.options import check_drawing
from memories import LanguageModel, RemembrancerError

if TYPE_CHECKING:
    from evaluation.answering.run import Plan
    from evaluation.datasets import Dataset

_FAILED: Final = 2
_UNFINISHED: Final = 3
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0; 2 where a file, an option or a model is off, 3 where some questions have no answer or
        no verdict, 130 after Ctrl-C.
    """
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except (EvaluationError, RemembrancerError) as error:
        print(f"answer: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print(
            "\nanswer: stopped; the same command goes on with what is not finished yet",
            file=sys.stderr,
        )
        return _INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    check_drawing("the report")
    models = {
        role: read_endpoint(
            getattr(options, role),
            url=getattr(options, f"{role}_url"),
            key_variable=getattr(options, f"{role}_key"),
        )
        for role in ("reader", "judge")
    }
    prices = read_prices(options.price)
    plan = _plan(options)
    _say_prediction(plan, prices)
    if options.predict:
        return 0
    opened = {role: endpoint.open() for role, endpoint in models.items()}
    return _carry_out(options, plan, models, opened, prices)


def _plan(options: argparse.Namespace) -> "Plan":
    # It loads numpy, which `--help` does without.
    from evaluation.answering.run import Plan  # noqa: PLC0415

    dataset = _dataset(options)
    known = {question.id for case in dataset.cases for question in case.questions}
    corrections = read_corrections(options.corrections, known)
    if options.against is not None:
        from evaluation.answering.against import check_comparable  # noqa: PLC0415 - as above

        check_comparable(options.against, dataset.sha256)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationError(f"{options.out}: {error.strerror}") from error
    budgets = (None,) if options.system == "full-context" else options.budget
    return Plan(dataset, options.system, budgets, corrections, options.parallel, options.out)


def _dataset(options: argparse.Namespace) -> "Dataset":
    from evaluation.answering.beam import read_beam  # noqa: PLC0415 - as above
    from evaluation.datasets import read_dataset  # noqa: PLC0415 - as above

    if options.dataset == "beam":
        return read_beam(options.data, limit=options.limit)
    return read_dataset(
        options.dataset, options.data, limit=options.limit, everything=True, needs_evidence=False
    )


def _say_prediction(plan: "Plan", prices: Mapping[str, Price]) -> None:
    from evaluation.answering.prediction import in_words, predict  # noqa: PLC0415 - as above
    from evaluation.answering.records import answers_of, judgements_of  # noqa: PLC0415 - as above

    predicted = predict(plan, answers_of(plan.folder), judgements_of(plan.folder))
    for line in in_words(predicted, prices):
        print(f"answer: {line}", file=sys.stderr)


def _carry_out(
    options: argparse.Namespace,
    plan: "Plan",
    models: Mapping[str, Endpoint],
    opened: Mapping[str, LanguageModel],
    prices: Mapping[str, Price],
) -> int:
    from evaluation.answering import manifest  # noqa: PLC0415 - as above
    from evaluation.answering.asking import Asker  # noqa: PLC0415 - as above
    from evaluation.answering.run import carry_out  # noqa: PLC0415 - as above
    from evaluation.embedders import open_embedder  # noqa: PLC0415 - as above
    from evaluation.embedding_cache import CachedEmbedder, open_cache  # noqa: PLC0415 - as above

    model = open_embedder(options.embedder)
    settings = manifest.settings_of(
        plan, extractor=options.extractor, embedder=model.model, models=models
    )
    manifest.check_same_run(plan, settings)
    kept: dict[str, Json] = {"limit": options.limit, "parallel": options.parallel}
    manifest.write_manifest(plan, settings, kept, prices=prices)
    stopping = threading.Event()
    reader, judge = (
        Asker(
            opened[role],
            patience_seconds=options.patience,
            stopping=stopping,
            price=prices.get(role),
        )
        for role in ("reader", "judge")
    )
    with ExitStack() as stack:
        cache = stack.enter_context(open_cache(options.cache.expanduser()))
        carry_out(plan, reader, judge, CachedEmbedder(model, cache), stopping)
    return _report(options, plan, settings, kept, prices)


def _report(
    options: argparse.Namespace,
    plan: "Plan",
    settings: Mapping[str, Json],
    kept: Mapping[str, Json],
    prices: Mapping[str, Price],
) -> int:
    from evaluation.answering import manifest, page, plots, report, summary  # noqa: PLC0415
    from evaluation.answering.against import compared  # noqa: PLC0415 - as above
    from evaluation.answering.records import answers_of, judgements_of  # noqa: PLC0415 - as above

    answers, judgements = answers_of(plan.folder), judgements_of(plan.folder)
    made_with = manifest.write_manifest(
        plan,
        settings,
        kept,
        prices=prices,
        answers=answers,
        judgements=judgements,
        is_over=True,
    )
    outcomes = report.Outcomes(plan, answers, judgements)
    found = report.build(plan, outcomes, made_with)
    if options.against is not None:
        found["against"] = compared(outcomes, made_with, options.against)
    write(plan.folder / "report.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    pictures = plots.pictures(found, plan.budgets)
    write(plan.folder / "report.html", page.as_page(found, outcomes, pictures))
    print(summary.as_text(found))
    unfinished = summary.unfinished_in(found)
    if unfinished:
        print(
            f"answer: {unfinished} questions have no answer or no verdict; the same command asks "
            "for them again",
            file=sys.stderr,
        )
    return _UNFINISHED if unfinished else 0
