"""Asking what is known."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of, refuse_unknown
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.health.metrics import count_search
from memories import RELEVANT, Context, SearchResult
from memories.api.access import project_of, spend
from memories.api.reading import (
    NARROWING,
    fields_of,
    filters_of,
    flag_of,
    instant_of,
    query_of,
    refuse,
    share_of,
    whole_of,
)
from memories.api.scale import fused_from
from memories.api.schemas_of_searches import ContextAnswer, SearchAnswer, SearchRequest
from memories.api.trail import served
from memories.api.wire import hit_object, only_fields
from memories.engine.domain import Stage

_MOST = 1000
# As the contract has it: what has next to nothing to do with the question is left out.
_USUAL_THRESHOLD = 0.1
_OF_CONTEXT = ("query", "max_tokens", "threshold", "as_of", "reference_date", "rerank", "hops")
_MOST_HOPS = 2
_NO_RERANKER = "no reranker is set up on this server"
# A bare list has no room for why.
_DEGRADED = "X-Remembrancer-Degraded"


@described(asks={"POST": SearchRequest}, answers={"POST": SearchAnswer})
class SearchMemories(APIView):
    """`POST /v3/memories/search/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The hits, best first."""
        body = object_of(request)
        return Response(search(request, body, filters_of(body, top_level_ids=False)))


class SearchMemoriesOfOld(APIView):
    """`POST /v1/memories/search/` and `/v2/memories/search/`: a bare list, ids also at the top."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The hits; inside `results` for `output_format` v1.1."""
        body = object_of(request)
        found = search(request, body, filters_of(body, top_level_ids=True))
        if body.get("output_format") == "v1.1" and "/v1/" in request.path:
            return Response({**found, "relations": []})
        missing = found.get("degraded")
        headers = {_DEGRADED: ", ".join(missing)} if isinstance(missing, dict) else None
        return Response(found["results"], headers=headers)


def search(
    request: Request, body: Mapping[str, object], filters: Mapping[str, object]
) -> dict[str, object]:
    """What is known that answers the question, above the threshold."""
    question = body.get("query")
    if not isinstance(question, str) or not question.strip():
        raise refuse("query", "must be a text, and not empty")
    spend(request, "searches")
    with project_of(request) as memory:
        found = memory.search(
            question.strip(),
            filters=filters,
            top_k=whole_of(body, "top_k", whole_of(body, "limit", 10, most=_MOST), most=_MOST),
            threshold=fused_from(share_of(body, "threshold", _USUAL_THRESHOLD)),
            reference_time=instant_of(body.get("reference_date"), "reference_date"),
            as_of=instant_of(body.get("as_of"), "as_of"),
            explain=flag_of(body, "explain", usual=False),
            latest_only=flag_of(body, "latest_only", usual=False),
            include_merged=flag_of(body, "include_merged", usual=False),
            show_expired=flag_of(body, "show_expired", usual=False),
            include_messages=False,
            rerank=_reranks(body),
            decay=principal_of(request).decays,
            hops=_hops_in(body),
        )
    count_search()
    served(request, Action.MEMORY_SEARCHED, [hit.id for hit in found])
    fields = fields_of(body)
    said: dict[str, object] = {"results": [only_fields(hit_object(hit), fields) for hit in found]}
    if found.confidence is not None:
        said["confidence"] = found.confidence.probability
    return said | _degraded(found, body)


@described(answers={"GET": ContextAnswer})
class GetContext(APIView):
    """`GET /v1/context/`: what is known, as text for a prompt."""

    def get(self, request: Request) -> Response:
        """The text, with the ids of what is in it."""
        asked = query_of(request)
        refuse_unknown(asked, (*_OF_CONTEXT, *NARROWING))
        question = str(asked.get("query", ""))
        if not question.strip():
            raise refuse("query", "must be a text, and not empty")
        spend(request, "searches")
        with project_of(request) as memory:
            found = memory.context(
                question,
                filters=filters_of(asked, top_level_ids=True),
                max_tokens=whole_of(asked, "max_tokens", 2000, most=1_000_000),
                threshold=_relevant_from(asked),
                as_of=instant_of(asked.get("as_of"), "as_of"),
                reference_time=instant_of(asked.get("reference_date"), "reference_date"),
                rerank=_reranks(asked),
                decay=principal_of(request).decays,
                hops=_hops_in(asked),
            )
        memory_ids = [hit.id for hit in found.hits if not hit.is_message]
        count_search()
        served(request, Action.MEMORY_SEARCHED, [*memory_ids, *found.message_ids])
        said = {
            "context": found.text,
            "tokens": found.tokens,
            "probability": found.probability,
            "memory_ids": memory_ids,
            "message_ids": list(found.message_ids),
        }
        return Response(said | _degraded(found, asked))


def _degraded(found: SearchResult | Context, asked: Mapping[str, object]) -> dict[str, object]:
    """Which parts of a search are missing, and why; nothing where none is."""
    missing = {part.value: why for part, why in found.degraded.items()}
    if _wants_reranking(asked) and not _reranks(asked):
        missing[Stage.RERANK.value] = _NO_RERANKER
    return {"degraded": missing} if missing else {}


def _wants_reranking(asked: Mapping[str, object]) -> bool:
    return flag_of(asked, "rerank", usual=False)


def _reranks(asked: Mapping[str, object]) -> bool:
    """Whether hits are put in order once more: clients ask for it of any server."""
    return _wants_reranking(asked) and settings.RERANKER_FOLDER is not None


def _hops_in(asked: Mapping[str, object]) -> int:
    """How often is searched: once, unless the request says twice."""
    return max(1, whole_of(asked, "hops", 1, most=_MOST_HOPS))


def _relevant_from(asked: Mapping[str, object]) -> float:
    """The fused score from which a hit belongs in a prompt: the engine's own, if none is named."""
    if asked.get("threshold") in (None, ""):
        return RELEVANT
    return fused_from(share_of(asked, "threshold", 0.0))
