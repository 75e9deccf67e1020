"""BM25 against values worked out by hand."""

import math

import numpy as np
import pytest

from memories.engine.text.bm25 import MOST_PER_WORD, rarity, saturated, usual_length


def test_a_rarer_word_tells_more_and_the_commonest_still_a_little() -> None:
    # ln((1000 + 1000 - 1 + .5) / 1.5), and a word that more than half of the rows hold.
    assert rarity(1, 1000) == pytest.approx(math.log(1999.5 / 1.5))
    assert rarity(1, 1000) > rarity(10, 1000) > rarity(2000, 1000) > 0


def test_the_prior_steadies_the_usual_length() -> None:
    assert usual_length(0, 0) == 20
    assert usual_length(1000 * 40, 1000) == 30


def test_repeats_count_less_and_less_and_long_texts_less() -> None:
    counts = np.array([0.0, 1.0, 2.0, 1.0])
    lengths = np.array([10.0, 10.0, 10.0, 40.0])
    nothing, once, twice, in_a_long_one = saturated(counts, lengths, 10.0)
    assert nothing == 0
    assert once == pytest.approx(1)
    assert twice == pytest.approx(2 * 2.2 / 3.2)
    assert in_a_long_one == pytest.approx(2.2 / (1 + 1.2 * (0.25 + 0.75 * 4)))


def test_the_most_a_word_gives_is_in_a_very_short_text() -> None:
    (most,) = saturated(np.array([1.0]), np.array([0.0]), 10.0)
    assert most == pytest.approx(MOST_PER_WORD)
