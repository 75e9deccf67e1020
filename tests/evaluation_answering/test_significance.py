"""Intervals and McNemar's test against values that others publish or that are counted by hand."""

import pytest

from evaluation.answering.significance import compare, mcnemar, mean_with_interval, wilson


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [
        # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20 and 1 of 29, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0000),
    ],
)
def test_wilsons_interval_is_the_published_one(
    right: int, asked: int, low: float, high: float
) -> None:
    assert wilson(right, asked) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (0, 5, 2 / 2**5),
        (1, 5, 2 * (1 + 6) / 2**6),
        (10, 2, 2 * (1 + 12 + 66) / 2**12),
        (0, 2000, 0.0),
    ],
)
def test_mcnemar_is_the_exact_binomial_test(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(p)
    assert mcnemar(only_second, only_first) == pytest.approx(p)


def test_right_or_wrong_has_wilsons_interval() -> None:
    mean, interval = mean_with_interval([1.0] * 81 + [0.0] * 182, graded=False)
    assert mean == pytest.approx(81 / 263)
    assert interval == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_graded_scores_have_a_bootstrap_interval() -> None:
    scores = [0.0, 0.5, 1.0, 0.25] * 50
    mean, (low, high) = mean_with_interval(scores, graded=True)
    # By the central limit theorem: 1.96 standard errors, .3698 / sqrt(200).
    assert mean == pytest.approx(0.4375)
    assert (low, high) == pytest.approx((0.4375 - 0.0513, 0.4375 + 0.0513), abs=0.006)
    assert mean_with_interval(scores, graded=True) == (mean, (low, high))


def test_two_runs_are_compared_by_the_questions_that_tell_them_apart() -> None:
    pairs = [(1.0, 1.0)] * 40 + [(1.0, 0.0)] * 10 + [(0.0, 1.0)] * 2 + [(0.0, 0.0)] * 8
    found = compare(pairs)
    assert (found.pairs, found.only_first, found.only_second) == (60, 10, 2)
    assert found.p == pytest.approx(0.03857, abs=1e-5)
    assert found.difference == pytest.approx(8 / 60)
    low, high = found.interval
    assert 0 < low < 8 / 60 < high


def test_half_a_point_is_not_right() -> None:
    found = compare([(1.0, 0.5), (0.5, 0.5)])
    assert (found.only_first, found.only_second, found.difference) == (1, 0, 0.25)
