"""Figures of one ranking, against values computed by hand."""

import math

import pytest

from evaluation.datasets import Asked
from evaluation.retrieval.measured import Answered
from evaluation.retrieval.metrics import figures_of, ndcg, recall, reciprocal_rank

RANKED = ("x1", "a", "x2", "b", "x3")


def asked(*evidence: str) -> Asked:
    return Asked("q", "Where?", "There", "4", "single-hop", evidence, None, answerable=True)


@pytest.mark.parametrize(
    ("k", "share"), [(1, 0.0), (2, 1 / 3), (3, 1 / 3), (4, 2 / 3), (50, 2 / 3)]
)
def test_recall_is_the_share_of_the_evidence_among_the_first(k: int, share: float) -> None:
    assert recall(RANKED, ("a", "b", "c"), k) == pytest.approx(share)


def test_evidence_that_is_cited_twice_counts_once() -> None:
    assert recall(RANKED, ("a", "a", "c"), 5) == pytest.approx(1 / 2)


def test_ndcg_discounts_by_the_place() -> None:
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(RANKED, ("a", "b", "c"), 10) == pytest.approx(gained / best)
    assert ndcg(("a", "b"), ("b", "a"), 10) == pytest.approx(1)
    assert ndcg(RANKED, ("a", "b"), 1) == 0


def test_ndcg_is_judged_by_what_k_places_can_hold() -> None:
    assert ndcg(("a", "b"), ("a", "b", "c", "d"), 2) == pytest.approx(1)


def test_the_reciprocal_rank_is_that_of_the_first_evidence() -> None:
    assert reciprocal_rank(RANKED, ("b", "a")) == pytest.approx(1 / 2)
    assert reciprocal_rank(RANKED, ("c",)) == 0


def test_a_questions_figures_are_named_by_k_and_by_budget() -> None:
    answered = Answered("q", RANKED, held={"1000": ("a",), "2000": ("a", "b")})
    figures = figures_of(asked("a", "b"), answered, ks=(3, 5))
    assert figures["any_hit_at", "3"] == 1
    assert figures["recall_at", "3"] == pytest.approx(1 / 2)
    assert figures["all_evidence_at", "3"] == 0
    assert figures["all_evidence_at", "5"] == 1
    assert figures["mrr", ""] == pytest.approx(1 / 2)
    assert figures["recall_in_tokens", "1000"] == pytest.approx(1 / 2)
    assert figures["recall_in_tokens", "2000"] == 1
