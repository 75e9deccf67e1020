"""Bootstrap intervals and the curve of confidence."""

import itertools

import numpy as np
import pytest

from evaluation.intervals import (
    means_with_intervals,
    roc_curve,
    separation_with_interval,
)


def test_the_same_values_give_the_same_intervals() -> None:
    values = np.random.default_rng(7).random((60, 3))
    assert means_with_intervals(values) == means_with_intervals(values)


def test_an_interval_is_that_of_the_normal_distribution_where_there_are_many() -> None:
    values = np.zeros((400, 1))
    values[:100] = 1  # a share of 1/4: standard error sqrt(1/4 * 3/4 / 400) = .02165
    (mean,), ((low, high),) = means_with_intervals(values)
    assert mean == pytest.approx(0.25)
    assert low == pytest.approx(0.25 - 1.96 * 0.02165, abs=0.006)
    assert high == pytest.approx(0.25 + 1.96 * 0.02165, abs=0.006)


def test_values_that_do_not_vary_have_an_interval_without_width() -> None:
    (mean,), ((low, high),) = means_with_intervals(np.full((5, 1), 0.4))
    assert [mean, low, high] == pytest.approx([0.4, 0.4, 0.4])


def test_the_area_is_the_share_of_pairs_that_are_told_apart() -> None:
    # Of six pairs four are right, one is a draw, one is wrong.
    area, (low, high) = separation_with_interval([0.9, 0.5, 0.4], [0.5, 0.1])
    assert area == pytest.approx((4 + 0.5) / 6)
    assert 0 <= low <= area <= high <= 1


def test_groups_without_overlap_have_an_area_of_one() -> None:
    assert separation_with_interval([0.8, 0.9], [0.1, 0.2]) == (1.0, (1.0, 1.0))


def test_the_curve_has_a_point_for_each_threshold_at_which_it_turns() -> None:
    assert roc_curve([0.9, 0.5], [0.5, 0.1]) == [(0, 0), (0, 0.5), (0.5, 1), (1, 1)]
    assert roc_curve([0.9, 0.8, 0.7], [0.5, 0.1]) == [(0, 0), (0, 1), (1, 1)]


def test_the_area_under_the_curve_is_the_area_that_is_reported() -> None:
    random = np.random.default_rng(3)
    positives, negatives = (
        random.normal(0.6, 0.2, 40).round(1),
        random.normal(0.4, 0.2, 30).round(1),
    )
    curve = roc_curve(positives.tolist(), negatives.tolist())
    below = sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in itertools.pairwise(curve))
    area, _ = separation_with_interval(positives.tolist(), negatives.tolist())
    assert below == pytest.approx(area)
