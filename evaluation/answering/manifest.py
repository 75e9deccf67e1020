"""What a run was made with, written beside what it gave; a folder holds one run."""

import json
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Final

from evaluation.answering.endpoints import Endpoint
from evaluation.answering.judging import judge_for, names_of
from evaluation.answering.prices import Price
from evaluation.answering.prompts import READER, VERSION, digest_of
from evaluation.answering.records import Answer, Judgement, read_manifest
from evaluation.answering.run import Plan
from evaluation.faults import EvaluationError
from evaluation.files import Json, write
from evaluation.surroundings import fingerprint_of, surroundings

# Code that decides what is handed over and asked; what makes the report may change meanwhile.
_SOURCES: Final = (
    "memories",
    "evaluation/answering/beam.py",
    "evaluation/answering/finding.py",
    "evaluation/answering/judging.py",
    "evaluation/answering/run.py",
    "evaluation/baselines.py",
    "evaluation/datasets.py",
    "evaluation/mem0",
    "evaluation/remembering.py",
    "evaluation/walk.py",
)
_PACKAGES: Final = (
    "anthropic",
    "apsw",
    "numpy",
    "onnxruntime",
    "openai",
    "PyStemmer",
    "tokenizers",
)


def settings_of(
    plan: Plan, *, extractor: str, embedder: str, models: Mapping[str, Endpoint]
) -> dict[str, Json]:
    """What must be alike in all starts of a run, for its answers to be of one kind."""
    return {
        "dataset": plan.dataset.name,
        "data_sha256": plan.dataset.sha256,
        "system": plan.system,
        "extractor": extractor,
        "embedder": embedder,
        "models": {role: endpoint.name for role, endpoint in models.items()},
        "prompts": _digests(plan),
        "code": fingerprint_of(_SOURCES),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }


def _digests(plan: Plan) -> dict[str, Json]:
    judges: dict[str, Json] = {name: digest_of(text) for name, text in _judges(plan).items()}
    return {"version": VERSION, "reader": digest_of(READER), "judges": judges}


def _judges(plan: Plan) -> Mapping[str, str]:
    questions = (question for case in plan.dataset.cases for question in case.questions)
    return names_of([judge_for(plan.dataset.name, question) for question in questions])


def check_same_run(plan: Plan, settings: Mapping[str, Json]) -> None:
    """See that a plan's folder is new, or of a run with the same settings.

    Raises:
        EvaluationError: it holds another run; its words name what differs.
    """
    kept = read_manifest(plan.folder)
    before = None if kept is None else kept.get("settings")
    if not isinstance(before, dict):
        return
    # Which questions are asked may grow, and with them the kinds of judging.
    differing = [
        name for name in settings if name != "prompts" and before.get(name) != settings[name]
    ]
    if not _agree(before.get("prompts"), settings["prompts"]):
        differing.append("prompts")
    if differing:
        raise EvaluationError(
            f"{plan.folder}: it holds a run with another {', '.join(differing)}; "
            "name another folder with --out"
        )


def _agree(before: Json, now: Json) -> bool:
    """Whether instructions of one name have one digest."""
    if isinstance(before, dict) and isinstance(now, dict):
        return all(_agree(before[name], now[name]) for name in before.keys() & now.keys())
    return before == now


def write_manifest(
    plan: Plan,
    settings: Mapping[str, Json],
    options: Mapping[str, Json],
    *,
    prices: Mapping[str, Price],
    answers: Iterable[Answer] = (),
    judgements: Iterable[Judgement] = (),
    is_over: bool = False,
) -> dict[str, Json]:
    """Write what a run was made with, and give it.

    Args:
        plan: the run.
        settings: as `settings_of` gives them.
        options: others that the command was started with.
        prices: of tokens.
        answers: so far.
        judgements: so far.
        is_over: whether nothing is left to do.

    Raises:
        EvaluationError: it can't be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    before = read_manifest(plan.folder) or {}
    instructions: dict[str, Json] = {"reader": READER, **_judges(plan)}
    budgets: list[Json] = list(plan.budgets)
    manifest: dict[str, Json] = {
        "settings": dict(settings),
        "file": plan.dataset.file,
        "selection": plan.dataset.selection,
        "budgets": budgets,
        "corrections_sha256": plan.corrections.sha256,
        "corrections": len(plan.corrections.by_question),
        "options": dict(options),
        "prices": {
            role: {
                "read": each.read,
                "written": each.written,
                "read_from_cache": each.read_from_cache,
            }
            for role, each in prices.items()
        },
        "models_that_answered": {
            "reader": _models(answers),
            "judge": _models(judgements),
        },
        "surroundings": surroundings(),
        "begun_at": before.get("begun_at", now),
        "ended_at": now if is_over else None,
        "instructions": instructions,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    write(plan.folder / "manifest.json", text)
    return manifest


def _models(records: Iterable[Answer | Judgement]) -> list[Json]:
    names: set[str] = {each.asking.model for each in records if each.asking.model is not None}
    return [*sorted(names)]
