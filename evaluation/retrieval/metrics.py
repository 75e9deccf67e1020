"""The figures of one ranking: what of the evidence stands where."""

import math
from collections.abc import Sequence
from typing import Final

from evaluation.datasets import Asked
from evaluation.retrieval.measured import Answered

NDCG_AT: Final = 10


def recall(ranked: Sequence[str], evidence: Sequence[str], k: int) -> float:
    """Share of the evidence that is among the first k."""
    return len(set(evidence) & set(ranked[:k])) / len(set(evidence))


def ndcg(ranked: Sequence[str], evidence: Sequence[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first k: evidence gains 1, the rest 0."""
    wanted = set(evidence)
    gained = sum(_discount(place) for place, each in enumerate(ranked[:k]) if each in wanted)
    return gained / sum(_discount(place) for place in range(min(len(wanted), k)))


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)


def reciprocal_rank(ranked: Sequence[str], evidence: Sequence[str]) -> float:
    """1 over the place of the first of the evidence, counted from 1; 0 where none is there."""
    wanted = set(evidence)
    return next((1 / place for place, each in enumerate(ranked, 1) if each in wanted), 0.0)


def figures_of(asked: Asked, answered: Answered, ks: Sequence[int]) -> dict[tuple[str, str], float]:
    """All figures of one question, by name and by k or budget ("" where there is none)."""
    ranked, evidence = answered.ranked, asked.evidence
    figures: dict[tuple[str, str], float] = {}
    for k in ks:
        share = recall(ranked, evidence, k)
        figures["any_hit_at", str(k)] = float(share > 0)
        figures["recall_at", str(k)] = share
        figures["all_evidence_at", str(k)] = float(share == 1)
    figures["ndcg_at", str(NDCG_AT)] = ndcg(ranked, evidence, NDCG_AT)
    figures["mrr", ""] = reciprocal_rank(ranked, evidence)
    for budget, held in answered.held.items():
        figures["recall_in_tokens", budget] = len(set(held)) / len(set(evidence))
    return figures
