"""How far a figure may be off by chance: 95 % bootstrap intervals over questions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

RESAMPLES: Final = 1000
_SEED: Final = 20240308
_PERCENTILES: Final = (2.5, 97.5)

Interval = tuple[float, float]
Point = tuple[float, float]


def means_with_intervals(values: "Floats") -> tuple[list[float], list[Interval]]:
    """The means of columns, and how far they may be off if the rows were drawn by chance.

    Args:
        values: shape (questions, figures); at least one row.

    Returns:
        The means, and for each the 2.5th and 97.5th percentile of the means of 1000 resamples of
        the rows. The same rows give the same intervals.
    """
    resampled = _weights(len(values), np.random.default_rng(_SEED)) @ values
    low, high = np.percentile(resampled, _PERCENTILES, axis=0)
    means: list[float] = values.mean(axis=0).tolist()
    return means, list(zip(low.tolist(), high.tolist(), strict=True))


def separation_with_interval(
    positives: Sequence[float], negatives: Sequence[float]
) -> tuple[float, Interval]:
    """How well a number tells two groups apart: the area under the ROC curve.

    Args:
        positives: numbers of the group that should have the greater ones; not empty.
        negatives: numbers of the other; not empty.

    Returns:
        The chance that a positive's number is above a negative's (half where they are equal),
        and the percentiles over 1000 resamples of each group.
    """
    above = np.subtract.outer(np.asarray(positives), np.asarray(negatives))
    wins = (np.sign(above) + 1) / 2
    random = np.random.default_rng(_SEED)
    first = _weights(len(positives), random)
    second = _weights(len(negatives), random)
    resampled = np.einsum("rp,rp->r", first, second @ wins.T)
    low, high = np.percentile(resampled, _PERCENTILES)
    return float(wins.mean()), (float(low), float(high))


def _weights(size: int, random: np.random.Generator) -> "Floats":
    """For each resample, how often each row was drawn, as shares; shape (resamples, size)."""
    counts = random.multinomial(size, np.full(size, 1 / size), size=RESAMPLES)
    weights: Floats = counts / size
    return weights


def roc_curve(positives: Sequence[float], negatives: Sequence[float]) -> list[Point]:
    """Corners of the curve from (0, 0) to (1, 1), the threshold falling.

    Returns:
        For a threshold the share of negatives and the share of positives that reach it.
    """
    corners: list[Point] = [(0.0, 0.0)]
    for threshold in sorted({*positives, *negatives}, reverse=True):
        wrong = sum(each >= threshold for each in negatives) / len(negatives)
        right = sum(each >= threshold for each in positives) / len(positives)
        if len(corners) > 1 and _is_straight(corners[-2], corners[-1], (wrong, right)):
            corners.pop()
        corners.append((wrong, right))
    return corners


def _is_straight(first: Point, middle: Point, last: Point) -> bool:
    """True of three points on one line along an axis."""
    return first[0] == last[0] or first[1] == middle[1] == last[1]
