"""What the truth holds of a question's words, where the index does not answer."""

from collections.abc import Mapping, Sequence
from typing import Final

from memories.engine.domain import Scope, ScoreBreakdown, SearchHit, SearchResult, Signal, Stage
from memories.engine.ports.search_index import WordIndex
from memories.engine.retrieval.expansion import hit_of, read_rows
from memories.engine.retrieval.pending import find_pending, merged
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.request import SearchRequest
from memories.engine.retrieval.search import reach_of, read
from memories.engine.retrieval.tools import Reach, SearchTools

_AWAY: Final = "the index does not answer"
_NO_WORDS: Final = "the question holds no words to look for"
_WHY: Final = "the index does not answer: found by its words alone"


def search_by_words(
    request: SearchRequest, *, scope: Scope, tools: SearchTools, truth: WordIndex
) -> SearchResult:
    """The rows that hold the question's words, best first; the other signals are degraded.

    The words of the row itself are the whole of its score.

    Args:
        request: the search.
        scope: whose rows.
        tools: the ports; the index is not asked.
        truth: finds by words.
    """
    reach = reach_of(request, scope)
    query, _ = read(request, scope=scope, tools=tools)
    pending = find_pending(query, request=request, reach=reach, tools=tools, index=truth)
    hits = _hits(query, request=request, reach=reach, tools=tools, truth=truth)
    return SearchResult(merged(hits, pending, top_k=request.top_k), _degraded(query, request))


def _hits(
    query: Query,
    *,
    request: SearchRequest,
    reach: Reach,
    tools: SearchTools,
    truth: WordIndex,
) -> Sequence[SearchHit]:
    if Signal.LEXICAL in request.leave_out or not query.alternatives:
        return []
    found = truth.lexical(
        query.alternatives,
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    scores = {each.owner_id: each.score for each in found if each.score >= request.threshold}
    shown = read_rows(scores, reach=reach, tools=tools)
    # The memories that were learned from a turn say the same in fewer words.
    told = {source.message.id for row in shown.values() for source in row.sources}
    return [
        hit_of(
            shown[id_],
            score=score,
            breakdown=ScoreBreakdown(lexical=score),
            neighbours=(),
            explanation=(_WHY,) if request.explain else (),
        )
        for id_, score in scores.items()
        if id_ in shown and id_ not in told
    ]


def _degraded(query: Query, request: SearchRequest) -> Mapping[Signal | Stage, str]:
    missing = dict.fromkeys(set(Signal) - {Signal.LEXICAL}, _AWAY)
    if not query.alternatives:
        missing[Signal.LEXICAL] = _NO_WORDS
    return {signal: why for signal, why in missing.items() if signal not in request.leave_out}
