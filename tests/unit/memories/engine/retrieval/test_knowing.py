"""The probability that what was found answers, on rows made by hand."""

import numpy as np
import pytest

from memories.engine.domain import Signal
from memories.engine.retrieval.fusion import fuse
from memories.engine.retrieval.knowing import confidence_of
from memories.engine.retrieval.signals.entity import Subjects
from tests.unit.memories.engine.retrieval.test_judging import rows

NORA = Subjects({"n": 1.0}, {"n": "Nora"}, {"n": 5}, {"Nora": "n"})
BOTH = Subjects({"n": 1.0, "l": 1.0}, {}, {}, {"Nora": "n", "Leo": "l"})


def confidence(meaning: list[float], subjects: Subjects = NORA) -> tuple[float, float | None]:
    """Of rows by Nora, Leo, Nora, Leo and Nora; the probability, and how well hers fit."""
    candidates = rows()
    fused = fuse(candidates, {Signal.SEMANTIC: np.array(meaning)})
    found = confidence_of(candidates, fused, subjects)
    assert found.best == pytest.approx(max(fused.scores, default=0))
    return found.probability, found.by_named


def test_what_fits_well_is_likelier_an_answer_than_what_fits_badly() -> None:
    good, _ = confidence([0.8, 0, 0, 0, 0], Subjects())
    bad, named = confidence([0.1, 0, 0, 0, 0], Subjects())
    assert good > 0.9
    assert bad < 0.1
    assert named is None
    assert confidence([0.0] * 5, Subjects())[0] < 0.01


def test_words_of_another_than_the_one_whom_the_question_names_tell_against_it() -> None:
    hers, fits = confidence([0.6, 0, 0, 0, 0.6])
    his, fits_less = confidence([0.2, 0.6, 0, 0.6, 0])
    assert hers > 0.9
    assert his < 0.3
    assert fits == pytest.approx(0.6)
    assert fits_less == pytest.approx(0.2)


def test_a_question_that_names_several_is_about_both() -> None:
    assert confidence([0, 0.6, 0, 0.6, 0], BOTH)[1] is None
