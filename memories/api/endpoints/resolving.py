"""Whom and what memories are about, and which of them are one."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from memories import Entity, EntityMerge, Memory, Scope
from memories.api.access import project_of
from memories.api.entity_schemas import (
    EntitiesAnswer,
    EntityRow,
    MergeRequest,
    ResolutionAnswer,
    ResolveRequest,
    UnmergeRequest,
)
from memories.api.reading import flag_of, owner_of, query_of, refuse, text_or_none

_WRITES: dict[str, KeyScope] = {"POST": KeyScope.WRITE}
# In one request, the surest first: its thread could answer others.
_MOST_MERGED: Final = 100


@described(answers={"GET": EntitiesAnswer})
class KnownEntities(APIView):
    """`GET /v3/memories/entities/`: people, places and things, with what was merged into them."""

    def get(self, request: Request) -> Response:
        """All that the memories of whom the query names mention."""
        owner = owner_of(query_of(request))
        with project_of(request) as memory:
            return Response(_known_to(memory, owner.within(memory)))


@described(asks={"POST": ResolveRequest}, answers={"POST": ResolutionAnswer})
class ResolveEntities(APIView):
    """`POST /v3/memories/entities/resolve/`: merge those that surely are one."""

    scopes: ClassVar[dict[str, KeyScope]] = _WRITES

    def post(self, request: Request) -> Response:
        """What was merged, and what may be; with `dry_run` nothing is."""
        body = object_of(request)
        owner, dry_run = owner_of(body), flag_of(body, "dry_run", usual=False)
        with project_of(request) as memory:
            scope = owner.within(memory)
            found = memory.resolve_entities(scope=scope, apply=False)
            merged, is_more = found.merged, False
            if merged and not dry_run:
                merges, is_more = merged[:_MOST_MERGED], len(merged) > _MOST_MERGED
                _record(request, Action.ENTITIES_MERGED, [each.entity.id for each in merges])
                merged = tuple(memory.merge_found(merges, scope=scope))
        return Response(
            {"merged": _objects(merged), "suggested": _objects(found.suggested), "is_more": is_more}
        )


@described(asks={"POST": MergeRequest}, answers={"POST": EntitiesAnswer})
class MergeEntities(APIView):
    """`POST /v3/memories/entities/merge/`: say that two are one."""

    scopes: ClassVar[dict[str, KeyScope]] = _WRITES

    def post(self, request: Request) -> Response:
        """The entities as they are now."""
        body = object_of(request)
        owner = owner_of(body)
        entity_id, into_id = _text_in(body, "entity_id"), _text_in(body, "into_id")
        with project_of(request) as memory:
            scope = owner.within(memory)
            _record(request, Action.ENTITIES_MERGED, [entity_id, into_id])
            memory.merge_entities(entity_id, into=into_id, scope=scope)
            return Response(_known_to(memory, scope))


@described(asks={"POST": UnmergeRequest}, answers={"POST": EntityRow})
class UnmergeEntity(APIView):
    """`POST /v3/memories/entities/unmerge/`: say that a name is somebody else's."""

    scopes: ClassVar[dict[str, KeyScope]] = _WRITES

    def post(self, request: Request) -> Response:
        """The entity that has the name now."""
        body = object_of(request)
        owner = owner_of(body)
        entity_id, name = _text_in(body, "entity_id"), _text_in(body, "name")
        with project_of(request) as memory:
            scope = owner.within(memory)
            _record(request, Action.ENTITIES_PARTED, [entity_id])
            entity = memory.unmerge_entity(entity_id, name=name, scope=scope)
        return Response(_entity_object(entity))


def _known_to(memory: Memory, scope: Scope) -> dict[str, object]:
    entities = [_entity_object(each) for each in memory.entities(scope=scope)]
    return {"results": entities, "merges": _objects(memory.entity_merges(scope=scope))}


def _text_in(body: Mapping[str, object], field: str) -> str:
    text = text_or_none(body, field)
    if text is None:
        raise refuse(field, "is missing")
    return text


def _record(request: Request, action: Action, ids: Iterable[str]) -> None:
    """Record a change before it is made: a project's file is not in the trail's transaction."""
    record_in(principal_of(request).project_id, action, list(ids))


def _entity_object(entity: Entity) -> dict[str, object]:
    return {
        "id": entity.id,
        "name": entity.name,
        "type": entity.type.value,
        "aliases": list(entity.aliases),
    }


def _objects(merges: Iterable[EntityMerge]) -> list[dict[str, object]]:
    return [
        {
            "id": each.entity.id,
            "name": each.entity.name,
            "into_id": each.into_id,
            "score": each.score,
            "reason": each.reason,
            "at": each.at.isoformat(),
        }
        for each in merges
    ]
