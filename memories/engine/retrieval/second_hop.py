"""A second search for whom and what the first one names, where it is asked for.

"Which animals does my landlord have?" shares no word with "Tomasz Reed raises bees": the first
search finds that the landlord is Tomasz Reed, the second one asks of him. Its finds take the last
places alone, as they are wrong more often than not where one search was enough.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from memories.engine.domain import SearchHit, SearchResult
from memories.engine.retrieval.request import SearchRequest

# The best hits whose entities are asked of, and how many of these.
_FOLLOWED_HITS: Final = 3
_MOST_NAMES: Final = 3
# Of so many places one is a second search's.
_PLACES_FOR_ONE: Final = 4


def second_hop(
    found: SearchResult, request: SearchRequest, find: Callable[[SearchRequest], SearchResult]
) -> SearchResult:
    """What was found, with what is known of whom and what it names in the last places.

    Args:
        found: by the question, best first.
        request: the question.
        find: searches once.
    """
    places = max(1, request.top_k // _PLACES_FOR_ONE)
    first = found.hits[: request.top_k - places]
    shown = {hit.id for hit in first}
    further: list[SearchHit] = []
    degraded = dict(found.degraded)
    for name in list(_names(found, request.query))[:_MOST_NAMES]:
        answer = find(replace(request, query=f"{name}: {request.query}"))
        degraded = {**answer.degraded, **degraded}
        about = (hit for hit in answer.hits if name in hit.entities and hit.id not in shown)
        if (best := next(about, None)) is not None:
            further.append(best)
            shown.add(best.id)
    chosen = sorted(further, key=lambda hit: -hit.score)[:places]
    kept = [hit for hit in found.hits if hit not in chosen][: request.top_k - len(chosen)]
    # Best first: no hit of the second search counts for more than those before it.
    ceiling = kept[-1].score if kept else 1.0
    lowered = (replace(hit, score=min(hit.score, ceiling)) for hit in chosen)
    return replace(found, hits=(*kept, *lowered), degraded=degraded)


def _names(found: SearchResult, query: str) -> Iterator[str]:
    """Names in the best hits that the question does not hold, nor anybody speaks under."""
    asked = query.casefold()
    speakers = {hit.attributed_to for hit in found.hits}
    named = dict.fromkeys(name for hit in found.hits[:_FOLLOWED_HITS] for name in hit.entities)
    for name in named:
        if name[:1].isupper() and name.casefold() not in asked and name not in speakers:
            yield name
