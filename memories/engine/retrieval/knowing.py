"""How likely it is that what was found answers the question.

A search always has a best guess. What tells a question that was never answered from one that was
is how well the best guess fits, and, where the question names one of those who speak, whether
somebody else's words fit it better: people are asked what others did. The weights are a logistic
regression's, fitted on questions with and without an answer: docs/decisions/0021.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from memories.engine.domain import Candidates, Confidence, Numbers, Signal
from memories.engine.retrieval.fusion import WEIGHTS, Fused
from memories.engine.retrieval.signals.entity import Subjects

# Fitted on the development conversations of LoCoMo by `python -m evaluation confidence`.
_UNNAMED: Final = (-5.08, 19.01)
_NAMED: Final = (-3.86, 8.61, 12.84, -12.43)
_CONTENT: Final = (Signal.SEMANTIC, Signal.LEXICAL)


def confidence_of(candidates: Candidates, fused: Fused, subjects: Subjects) -> Confidence:
    """The probability that the best of the rows answers, and what it is reckoned from.

    Args:
        candidates: the rows.
        fused: their scores, before any leaning.
        subjects: what the question is about.
    """
    best = float(fused.scores.max(initial=0.0))
    if len(set(subjects.speakers.values())) != 1:
        return Confidence(_probability(_UNNAMED, best), best)
    content = _content_of(fused.own, len(candidates.ids))
    named = np.array([name in subjects.speakers for name in candidates.speakers], dtype=np.bool_)
    by_named = float(content[named].max(initial=0.0))
    by_others = float(content[~named].max(initial=0.0))
    probability = _probability(_NAMED, best, by_named, by_others)
    return Confidence(probability, best, by_named, by_others)


def _content_of(own: Mapping[Signal, Numbers], rows: int) -> Numbers:
    """What meaning and words give each row, whoever said it."""
    total = sum(WEIGHTS[signal] for signal in _CONTENT if signal in own) or 1.0
    scores = (WEIGHTS[signal] / total * own[signal] for signal in _CONTENT if signal in own)
    content: Numbers = sum(scores, np.zeros(rows))
    return content


def _probability(weights: tuple[float, ...], *features: float) -> float:
    constant, *slopes = weights
    logit = constant + sum(map(float.__mul__, slopes, features))
    return 1 / (1 + math.exp(-logit))
