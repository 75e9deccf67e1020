"""A logistic regression of whether there is an answer; how well a probability keeps its word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluation.confidence.asking import Sample

if TYPE_CHECKING:
    from memories.engine.domain import Numbers, Table

# Newton's method; a little weight decay keeps it from running away on few questions.
_STEPS: Final = 50
_DECAY: Final = 1e-3
_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """How well probabilities keep their word.

    Attributes:
        brier: mean squared difference from 1 for a question with an answer, 0 for one without.
        base: the same, had each been given the share of questions with an answer.
        auc: chance that a question with an answer gets the higher probability.
        curve: for each tenth of the scale that holds any: mean probability, share with an answer,
            questions.
    """

    questions: int
    answerable: float
    brier: float
    base: float
    auc: float
    curve: tuple[tuple[float, float, int], ...]


def features_of(samples: Sequence[Sample]) -> "Table":
    """Samples by what the probability is reckoned from; all of them name a speaker, or none."""
    rows = [
        [each.confidence.best]
        if each.confidence.by_named is None or each.confidence.by_others is None
        else [each.confidence.best, each.confidence.by_named, each.confidence.by_others]
        for each in samples
    ]
    return np.array([[1.0, *row] for row in rows])


def fit(features: "Table", answered: "Numbers") -> "Numbers":
    """The weights: the constant first."""
    weights = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        found = probabilities(features, weights)
        curvature = features.T @ (features * (found * (1 - found))[:, None])
        slope = features.T @ (answered - found) - _DECAY * weights
        weights = weights + np.linalg.solve(curvature + _DECAY * np.eye(len(weights)), slope)
    return weights


def probabilities(features: "Table", weights: "Numbers") -> "Numbers":
    """What the weights make of the features."""
    found: Numbers = 1 / (1 + np.exp(-(features @ weights)))
    return found


def leaving_one_out(samples: Sequence[Sample]) -> "Numbers":
    """Each sample's probability by weights fitted on the other conversations."""
    features, groups = features_of(samples), np.array([each.group for each in samples])
    answered = answers_of(samples)
    found = np.zeros(len(samples))
    for group in np.unique(groups):
        out = groups == group
        found[out] = probabilities(features[out], fit(features[~out], answered[~out]))
    return found


def answers_of(samples: Sequence[Sample]) -> "Numbers":
    """1 for a question with an answer, 0 for one without."""
    return np.array([float(each.answerable) for each in samples])


def given_to(samples: Sequence[Sample]) -> "Numbers":
    """The probabilities that the searches gave."""
    return np.array([each.confidence.probability for each in samples])


def kept(found: "Numbers", answered: "Numbers") -> Kept:
    """How well the probabilities keep their word."""
    share = float(answered.mean())
    yes, no = found[answered == 1], found[answered == 0]
    apart = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    places = np.minimum((found * _BINS).astype(int), _BINS - 1)
    curve = tuple(
        (
            round(float(found[places == place].mean()), 3),
            round(float(answered[places == place].mean()), 3),
            int((places == place).sum()),
        )
        for place in np.unique(places)
    )
    return Kept(
        questions=len(found),
        answerable=round(share, 4),
        brier=round(float(((found - answered) ** 2).mean()), 4),
        base=round(share * (1 - share), 4),
        auc=round(float(apart), 4) if len(yes) and len(no) else 0.0,
        curve=curve,
    )
