"""Rows that hold the question's words; they count without any likeness of meaning."""

from memories.engine.retrieval.query import Query
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools


def find_by_words(query: Query, *, reach: Reach, tools: SearchTools) -> Finding:
    """Rows by BM25, scaled by what a text holding every word would reach."""
    if not query.alternatives:
        return Finding(applies=False, note="the question holds no words to look for")
    found = tools.index.lexical(
        query.alternatives,
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    return Finding({each.owner_id: each for each in found if each.score > 0})
