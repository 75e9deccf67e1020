"""What was said a moment ago: found by its words until it is learned from."""

from collections.abc import Sequence
from heapq import merge
from typing import Final

from memories.engine.domain import ScoreBreakdown, SearchHit, Signal, Source
from memories.engine.ports.search_index import WordIndex
from memories.engine.retrieval.matching import visible
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.request import SearchRequest
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.wording import messages_holding

_WHY: Final = "accepted and not learned yet: found by its words alone"


def find_pending(
    query: Query, *, request: SearchRequest, reach: Reach, tools: SearchTools, index: WordIndex
) -> list[SearchHit]:
    """Pending messages that hold the question's words, best first.

    Their words are the only signal that can be had of them, and so the whole of their score.

    Args:
        query: the question.
        request: the search.
        reach: which rows it looks at.
        tools: the ports.
        index: knows the project's words.
    """
    if tools.pending is None or Signal.LEXICAL in request.leave_out or not query.alternatives:
        return []
    pending = {each.message.id: each for each in tools.pending.within(reach.scope)}
    if not pending:
        return []
    # Stored by now, and its job about to say so: then what was learned from it is found.
    for stored in tools.records.messages.get(pending.keys(), scope=reach.scope):
        del pending[stored]
    seen = visible(list(pending.values()), scope=reach.scope, selection=reach.selection)
    if not seen:
        return []
    words = index.words(query.alternatives, scope=reach.scope)
    found = messages_holding(seen, query.alternatives, words)
    hits: list[SearchHit] = []
    for each in sorted(found, key=lambda each: -each.score):
        message = pending[each.owner_id].message
        if each.score >= request.threshold:
            hits.append(
                SearchHit(
                    id=message.id,
                    text=message.text,
                    score=each.score,
                    breakdown=ScoreBreakdown(lexical=each.score),
                    is_message=True,
                    attributed_to=message.speaker,
                    said_at=message.said_at,
                    pending=pending[each.owner_id],
                    sources=(Source(message, message.text, 0, len(message.text)),),
                    explanation=(_WHY,) if request.explain else (),
                )
            )
    return hits


def merged(
    hits: Sequence[SearchHit], pending: Sequence[SearchHit], *, top_k: int
) -> tuple[SearchHit, ...]:
    """Both, best first."""
    return tuple(merge(hits, pending, key=lambda hit: -hit.score))[:top_k]
