"""The best hits put in order once more, where a reranker was handed in and asked for."""

from dataclasses import replace
from typing import Final

from memories.engine.domain import SearchResult, Stage
from memories.engine.errors import RerankerFailed
from memories.engine.ports.reranker import Reranker

# How many hits are read once more.
RERANKED: Final = 30


def reranked(found: SearchResult, reranker: Reranker, *, query: str, top_k: int) -> SearchResult:
    """The best `top_k` in the reranker's order; as they were, and degraded, where it fails.

    Args:
        found: best first.
        reranker: reads the first RERANKED of them.
        query: the question.
        top_k: at most so many hits.
    """
    head, tail = found.hits[:RERANKED], found.hits[RERANKED:]
    try:
        order = reranker.rank(query, [hit.text for hit in head]) if head else ()
    except RerankerFailed as error:
        degraded = {**found.degraded, Stage.RERANK: str(error)}
        return replace(found, hits=found.hits[:top_k], degraded=degraded)
    return replace(found, hits=(*(head[place] for place in order), *tail)[:top_k])
