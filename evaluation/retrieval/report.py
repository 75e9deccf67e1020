"""What a run found, as JSON.

Every figure at a k or at a budget of tokens is an object whose keys are that k or budget; beside
each stands its 95 % interval, [low, high], under the same name with `_interval`: 1000 bootstrap
resamples of the questions, with a fixed seed. A unit is a turn (LoCoMo) or a session (LongMemEval).

    overall            of all answerable questions with evidence:
      questions          how many they are
      any_hit_at.K       share of questions with at least one unit of evidence among the first K
      recall_at.K        mean share of a question's evidence among the first K
      all_evidence_at.K  share of questions with all of their evidence among the first K
      ndcg_at.10         normalised discounted cumulative gain, evidence gaining 1, the rest 0
      mrr                mean of 1 / place of the first evidence; 0 where it is beyond the 50th
      recall_in_tokens.B mean share of a question's evidence inside `context(max_tokens=B)`; a
                         baseline's turns are packed best first, a line each, counted alike
    by_category.C      the same, with `label`; LoCoMo's numbers 1 to 4, or the types by name
    abstention         questions that the conversation does not answer, apart:
      questions          how many
      auc                chance that an answerable question is answered with more confidence
                         than one of these; null where there is none; with auc_interval
      curve              points [share of these, share of the answerable ones] whose confidence
                         reaches a falling threshold
      overall            the figures above for what is marked as nearest to an answer
    latency_ms         search, context (of 2000 tokens) and embedder (the question alone, in the
                       same run), each with p50, p95, p99; search_above_embedder.p50 is their
                       difference
    context_tokens.B   mean tokens of a context of at most B
    ingest             turns, memories, bytes_on_disk, bytes_per_turn; seconds in all, of which
                       embedding_seconds for texts_embedded passages, cache_seconds for the cache
                       of embeddings that spared texts_from_cache (share_from_cache of all), and
                       rest_seconds; ms_per_turn is null where the cache spared anything;
                       rest_ms_per_turn leaves embedding and the cache out
    degraded.S         in how many questions signal S did not run
    baselines.NAME     overall, by_category, latency_ms, context_tokens, ingest of another way of
                       finding on the same questions, and difference: ours less theirs, question
                       by question. bm25, dense and fusion rank whole turns; messages_only is this
                       library with an extractor that learns nothing, memories_only its search
                       without messages, without_PART its search without a part of the score,
                       reranked its search and contexts with the best hits put in order once more;
                       mem0 is the package mem0ai
    meta               what was run, and where
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluation.datasets import Asked, Dataset
from evaluation.files import Json
from evaluation.intervals import (
    means_with_intervals,
    roc_curve,
    separation_with_interval,
)
from evaluation.retrieval.measured import Answered, Ingested, Measured
from evaluation.retrieval.metrics import figures_of
from evaluation.retrieval.run import OWN, Results
from evaluation.surroundings import surroundings

if TYPE_CHECKING:
    Figures = Mapping[tuple[str, str], float]

KS: Final = {"turn": (5, 10, 20, 50), "session": (1, 3, 5, 10)}
_PERCENTILES: Final = (50, 95, 99)
# The budget whose time is reported: the default of `context`.
_TIMED_CONTEXT: Final = "context_2000"
_DECIMALS: Final = 4


def build(
    dataset: Dataset, results: Results, options: Mapping[str, Json], model: str
) -> dict[str, Json]:
    """The report of a run.

    Args:
        dataset: what was asked.
        results: what came of it.
        options: those that the run was started with.
        model: name of the embedding model.
    """
    asked = [question for case in dataset.cases for question in case.questions]
    answerable = [question for question in asked if question.answerable]
    ks = KS[dataset.unit]
    ways = {name: _Way(measured, answerable, ks) for name, measured in results.measured.items()}
    own = ways.pop(OWN)
    baselines: dict[str, Json] = {
        name: {**way.report(), "difference": _difference(own, way)} for name, way in ways.items()
    }
    return {
        "meta": {**_meta(dataset, results, model), "options": dict(options)},
        **own.report(),
        "abstention": _abstention(asked, own.answers, ks),
        "degraded": _degraded(own.answers.values()),
        "baselines": baselines,
    }


class _Way:
    """One way of finding, over all conversations."""

    def __init__(
        self, measured: Sequence[Measured], answerable: Sequence[Asked], ks: Sequence[int]
    ) -> None:
        self.answers = {
            answered.question: answered for each in measured for answered in each.answers
        }
        self._ingested = [each.ingested for each in measured]
        self._answerable = answerable
        self.figures = {
            question.id: figures_of(question, self.answers[question.id], ks)
            for question in answerable
        }

    def report(self) -> dict[str, Json]:
        by_category: dict[str, Json] = {}
        for category in sorted({question.category for question in self._answerable}):
            chosen = [each for each in self._answerable if each.category == category]
            figures = [self.figures[question.id] for question in chosen]
            by_category[category] = {"label": chosen[0].label, **_averaged(figures)}
        report: dict[str, Json] = {
            "overall": _averaged(list(self.figures.values())),
            "by_category": by_category,
            "latency_ms": _latency(self.answers.values()),
            "ingest": _ingest(self._ingested),
        }
        tokens = _mean_tokens(self.answers.values())
        return {**report, "context_tokens": tokens} if tokens else report


def _averaged(figures: Sequence["Figures"]) -> dict[str, Json]:
    """Means over questions with intervals, nested by name and k."""
    names = list(figures[0])
    values = np.array([[each[name] for name in names] for each in figures])
    report: dict[str, Json] = {"questions": len(figures)}
    for (name, k), mean, interval in zip(names, *means_with_intervals(values), strict=True):
        _put(report, name, k, round(mean, _DECIMALS))
        _put(report, f"{name}_interval", k, [round(each, _DECIMALS) for each in interval])
    return report


def _put(report: dict[str, Json], name: str, k: str, value: Json) -> None:
    if not k:
        report[name] = value
        return
    inner = report.setdefault(name, {})
    if isinstance(inner, dict):
        inner[k] = value


def _difference(own: _Way, other: _Way) -> dict[str, Json]:
    """Ours less theirs, of the figures that both have."""
    (first, *_), (theirs, *_) = own.figures.values(), other.figures.values()
    shared = [name for name in first if name in theirs]
    return _averaged(
        [
            {name: figures[name] - other.figures[question][name] for name in shared}
            for question, figures in own.figures.items()
        ]
    )


def _abstention(
    asked: Sequence[Asked], answers: Mapping[str, Answered], ks: Sequence[int]
) -> dict[str, Json]:
    confident: dict[bool, list[float]] = {True: [], False: []}
    for question in asked:
        confident[question.answerable].append(answers[question.id].confidence or 0.0)
    report: dict[str, Json] = {
        "questions": len(confident[False]),
        "auc": None,
        "auc_interval": None,
        "curve": [],
    }
    if confident[False]:
        auc, interval = separation_with_interval(confident[True], confident[False])
        curve = roc_curve(confident[True], confident[False])
        report["auc"] = round(auc, _DECIMALS)
        report["auc_interval"] = [round(each, _DECIMALS) for each in interval]
        report["curve"] = [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in curve]
    marked = [each for each in asked if not each.answerable and each.evidence]
    if marked:
        report["overall"] = _averaged([figures_of(each, answers[each.id], ks) for each in marked])
    return report


def _latency(answers: Iterable[Answered]) -> dict[str, Json]:
    timed: dict[str, list[float]] = {}
    for name, spent in chain.from_iterable(each.milliseconds.items() for each in answers):
        timed.setdefault("context" if name == _TIMED_CONTEXT else name, []).append(spent)
    percentiles = {
        name: dict(zip(_PERCENTILES, np.percentile(timed[name], _PERCENTILES), strict=True))
        for name in ("search", "context", "embedder")
        if name in timed
    }
    report: dict[str, Json] = {
        name: {f"p{percent}": round(float(value), 3) for percent, value in found.items()}
        for name, found in percentiles.items()
    }
    if "embedder" in percentiles:
        above = float(percentiles["search"][50] - percentiles["embedder"][50])
        report["search_above_embedder"] = {"p50": round(above, 3)}
    return report


def _mean_tokens(answers: Iterable[Answered]) -> dict[str, Json]:
    sizes: dict[str, list[int]] = {}
    for budget, size in chain.from_iterable(each.tokens.items() for each in answers):
        sizes.setdefault(budget, []).append(size)
    return {budget: round(float(np.mean(found)), 1) for budget, found in sizes.items()}


def _ingest(ingested: Sequence[Ingested]) -> dict[str, Json]:
    turns = sum(each.turns for each in ingested)
    seconds = sum(each.seconds for each in ingested)
    embedding = sum(each.embedding_seconds for each in ingested)
    cache = sum(each.cache_seconds for each in ingested)
    embedded = sum(each.texts_embedded for each in ingested)
    cached = sum(each.texts_from_cache for each in ingested)
    rest = seconds - embedding - cache
    size = _total(each.bytes_on_disk for each in ingested)
    return {
        "turns": turns,
        "memories": _total(each.memories for each in ingested),
        "seconds": round(seconds, 3),
        "embedding_seconds": round(embedding, 3),
        "cache_seconds": round(cache, 3),
        "rest_seconds": round(rest, 3),
        "texts_embedded": embedded,
        "texts_from_cache": cached,
        "share_from_cache": round(cached / (embedded + cached), _DECIMALS)
        if embedded + cached
        else None,
        "ms_per_turn": None if cached else round((seconds - cache) * 1000 / turns, 3),
        "rest_ms_per_turn": round(rest * 1000 / turns, 3),
        "bytes_on_disk": size,
        "bytes_per_turn": None if size is None else round(size / turns, 1),
    }


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _degraded(answers: Iterable[Answered]) -> dict[str, Json]:
    counts: dict[str, Json] = {}
    for signal in chain.from_iterable(sorted(each.degraded) for each in answers):
        before = counts.get(signal, 0)
        counts[signal] = before + 1 if isinstance(before, int) else 1
    return counts


def _meta(dataset: Dataset, results: Results, model: str) -> dict[str, Json]:
    return {
        "dataset": dataset.name,
        "file": dataset.file,
        "sha256": dataset.sha256,
        "unit": dataset.unit,
        "conversations": len(dataset.cases),
        "questions": sum(len(case.questions) for case in dataset.cases),
        "questions_left_out": dataset.left_out,
        "selection": dataset.selection,
        "embedder": model,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        **surroundings(),
        "parts": results.parts,
        "parts_from_earlier_runs": results.resumed,
    }
