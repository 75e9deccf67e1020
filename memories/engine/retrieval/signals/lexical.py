"""Rows that hold the question's words; they count without any likeness of meaning."""

from typing import Final

from memories.engine.domain import Candidates, Numbers
from memories.engine.retrieval.pooling import best_passage, with_turns
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.bm25 import relevance

# A turn is read together with so many before and after it: people ask, answer and come back.
TURNS_AROUND: Final = 5
# What a memory's own words count, beside the words said around the turn it was learned from.
_OWN_SHARE: Final = 0.4


def find_by_words(query: Query, *, reach: Reach, tools: SearchTools) -> Finding:
    """Rows whose own text holds the rarest of the words most often."""
    if not query.alternatives:
        return Finding(applies=False, note="the question holds no words to look for")
    found = tools.index.lexical(
        query.alternatives,
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    return Finding(tuple(each.owner_id for each in found))


def judge_words(candidates: Candidates, *, words: int) -> Numbers:
    """Each row by BM25, with its turn's; 1 would be a very short text that holds every word.

    Args:
        candidates: the rows.
        words: how many words the question has: the first columns of the counts.
    """
    usual, rarities = candidates.usual_length, candidates.rarities[:words].tolist()
    own = relevance(candidates.counts, candidates.lengths, rarities, usual)
    around = relevance(
        candidates.counts_around, candidates.lengths_around, rarities, TURNS_AROUND * usual
    )
    return with_turns(
        candidates,
        best_passage(candidates, own),
        best_passage(candidates, around),
        own_share=_OWN_SHARE,
    )
