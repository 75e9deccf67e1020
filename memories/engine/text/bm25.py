"""How much the words that a text shares with a question tell of it: BM25.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). Every
index counts words, the scores are computed here, so that each of them ranks alike.
"""

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memories.engine.domain import Numbers, Table

# The usual values; the figures in docs/evaluation.md change little between k1 1.2 and 2, b .3
# and .75.
_K1: Final = 1.2
_B: Final = 0.75
# A prior: as though the project also held a thousand texts of usual length. With a handful of
# rows a rarity would say nothing, and a word that half of the rows hold would have no weight.
PRIOR_ROWS: Final = 1000
PRIOR_LENGTH: Final = 20
# What a word that occurs once gives at most, in a very short text.
MOST_PER_WORD: Final = (_K1 + 1) / (1 + _K1 * (1 - _B))


def rarity(holding: int, rows: int) -> float:
    """A word's inverse document frequency, above 0.

    Args:
        holding: rows of the project that hold it.
        rows: all rows of the project.
    """
    total = rows + PRIOR_ROWS
    return max(math.log((total - holding + 0.5) / (holding + 0.5)), 1e-6)


def usual_length(terms: int, rows: int) -> float:
    """The mean number of terms of a text, with the prior.

    Args:
        terms: of all rows of the project.
        rows: all rows of the project.
    """
    return (terms + PRIOR_ROWS * PRIOR_LENGTH) / (rows + PRIOR_ROWS)


def saturated(counts: "Numbers", lengths: "Numbers", usual: float) -> "Numbers":
    """What a word gives a text for each unit of its rarity: more for more, but less and less.

    Args:
        counts: how often each text holds the word.
        lengths: how many terms each text has.
        usual: the usual length of such texts.
    """
    return counts * (_K1 + 1) / (counts + _K1 * (1 - _B + _B * lengths / usual))


def relevance(
    counts: "Table", lengths: "Numbers", rarities: "Sequence[float]", usual: float
) -> "Numbers":
    """How far texts hold the words of a question: 1 for a very short one that holds every word.

    Args:
        counts: texts by words: how often the one holds the other.
        lengths: of the texts, in terms.
        rarities: of the words.
        usual: the usual length of such texts.
    """
    scores = 0.0 * lengths
    for word, weight in enumerate(rarities):
        scores += weight * saturated(counts[:, word], lengths, usual)
    most = sum(rarities) * MOST_PER_WORD
    # A text that repeats a word often comes to more than one that holds it once.
    return (scores / most).clip(max=1.0) if most else scores
