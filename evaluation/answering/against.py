"""A run beside another one, question by question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from evaluation.answering.finding import Budget
from evaluation.answering.records import PUBLISHED, answers_of, judgements_of, read_manifest
from evaluation.answering.report import Outcomes, comparison_as_json, size_name
from evaluation.answering.significance import compare
from evaluation.faults import EvaluationError
from evaluation.files import Json

# What a fair comparison has alike, besides the system.
_ALIKE: Final = ("models", "prompts", "embedder", "extractor", "code", "packages")


def check_comparable(folder: Path, sha256: str) -> None:
    """See that a folder holds a run on the same data.

    Raises:
        EvaluationError: it holds none, or one on other data.
    """
    if _settings(read_manifest(folder)).get("data_sha256") != sha256:
        raise EvaluationError(f"{folder}: --against expects the folder of a run on the same data")


def compared(outcomes: Outcomes, manifest: Mapping[str, Json], folder: Path) -> dict[str, Json]:
    """The comparison by the published key, for each size that the other run has too.

    Where the other has one size alone, such as full context, each of ours is compared with it.

    Args:
        outcomes: of the first run.
        manifest: of the first run.
        folder: of the second.

    Raises:
        EvaluationError: the other folder can't be read.
    """
    other = read_manifest(folder) or {}
    ours, theirs = _settings(manifest), _settings(other)
    scores = _scores(folder)
    sizes = {budget for _, budget in scores}
    by_size: dict[str, Json] = {}
    for budget, judged in outcomes.by_budget.items():
        beside = budget if budget in sizes or len(sizes) != 1 else next(iter(sizes))
        pairs = [
            (each.score, scores[each.question.id, beside])
            for each in judged
            if (each.question.id, beside) in scores
        ]
        if pairs:
            by_size[size_name(budget)] = {
                "size": size_name(beside),
                **comparison_as_json(compare(pairs)),
            }
    differing: list[Json] = [name for name in _ALIKE if ours.get(name) != theirs.get(name)]
    return {"system": theirs.get("system"), "differing": differing, "sizes": by_size}


def _settings(manifest: Mapping[str, Json] | None) -> Mapping[str, Json]:
    settings = None if manifest is None else manifest.get("settings")
    return settings if isinstance(settings, dict) else {}


def _scores(folder: Path) -> dict[tuple[str, Budget], float]:
    """Every answer's score by the published key; 0 without a verdict."""
    scores = {answer.key: 0.0 for answer in answers_of(folder)}
    for each in judgements_of(folder):
        if each.by == PUBLISHED and each.score is not None:
            scores[each.question, each.budget] = each.score
    return scores
