"""Which messages hold a question's words, and how well, without any index."""

from collections.abc import Sequence

import numpy as np

from memories.engine.domain import Found, OwnedMessage, Table, WordStatistics
from memories.engine.text.bm25 import relevance
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.index_terms import index_terms


def count_words(texts: Sequence[Sequence[str]], alternatives: Sequence[Sequence[str]]) -> Table:
    """How often texts hold words: as often as the alternative that they hold most.

    Args:
        texts: the terms of each.
        alternatives: for each word, the terms that count as it.

    Returns:
        Texts by words.
    """
    table = np.zeros((len(texts), len(alternatives)))
    wanted = frozenset(term for words in alternatives for term in words)
    for row, terms in enumerate(texts):
        # Most texts hold none of the words.
        if not wanted.isdisjoint(terms):
            table[row] = [max(map(terms.count, words), default=0) for words in alternatives]
    return table


def messages_holding(
    messages: Sequence[OwnedMessage],
    alternatives: Sequence[Sequence[str]],
    statistics: WordStatistics,
) -> list[Found]:
    """Those that hold any of the words, scored as the project's own texts are."""
    terms = [
        index_terms(blank_recalled(each.message.text), speaker=each.message.speaker)
        for each in messages
    ]
    scores = relevance(
        count_words(terms, alternatives),
        np.array([len(each) for each in terms], dtype=np.float64),
        statistics.rarities,
        statistics.usual_length,
    )
    return [
        Found(each.message.id, score)
        for each, score in zip(messages, scores.tolist(), strict=True)
        if score > 0
    ]
