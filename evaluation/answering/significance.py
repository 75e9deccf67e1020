"""How far shares of right answers may be off by chance, and whether two runs differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.intervals import Interval, means_with_intervals

# Two-sided 95 % of the normal distribution.
_Z: Final = 1.959963984540054


def wilson(right: int, asked: int) -> Interval:
    """The 95 % score interval of a share (Wilson, 1927).

    Args:
        right: how many were right.
        asked: of how many; above 0.
    """
    share, spread = right / asked, _Z * _Z / asked
    middle = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def mean_with_interval(scores: Sequence[float], *, graded: bool) -> tuple[float, Interval]:
    """The mean of scores with its 95 % interval.

    Args:
        scores: from 0 to 1; not empty.
        graded: True where there is something between 0 and 1: 1000 bootstrap resamples then, and
            Wilson's interval otherwise.
    """
    if graded:
        (mean,), (interval,) = means_with_intervals(np.array(scores)[:, np.newaxis])
        return mean, interval
    right = sum(score == 1 for score in scores)
    return right / len(scores), wilson(right, len(scores))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same questions.

    Attributes:
        pairs: questions that both were asked.
        only_first: fully right in the first alone.
        only_second: fully right in the second alone.
        p: chance of so uneven a split or a more uneven one if the two were alike: McNemar's test,
            exact and two-sided.
        difference: mean score of the first less that of the second.
        interval: of the difference, 1000 bootstrap resamples of the pairs.
    """

    pairs: int
    only_first: int
    only_second: int
    p: float
    difference: float
    interval: Interval


def compare(pairs: Sequence[tuple[float, float]]) -> Comparison:
    """Compare two runs question by question.

    Args:
        pairs: scores of the first and of the second run; not empty.
    """
    only_first = sum(first == 1 and second < 1 for first, second in pairs)
    only_second = sum(second == 1 and first < 1 for first, second in pairs)
    differences = np.array([[first - second] for first, second in pairs])
    (difference,), (interval,) = means_with_intervals(differences)
    p = mcnemar(only_first, only_second)
    return Comparison(len(pairs), only_first, only_second, p, difference, interval)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p of McNemar's test (1947), from the questions that tell two runs apart.

    Args:
        only_first: right in the first run alone.
        only_second: right in the second run alone.
    """
    apart = only_first + only_second
    tail = sum(math.comb(apart, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * tail / 2**apart))
