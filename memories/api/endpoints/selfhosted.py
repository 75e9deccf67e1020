"""The bare paths of mem0's self-hosted server, on the same host.

They answer at once: what is added is learned before the answer.
"""

from collections.abc import Mapping
from typing import ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.api.pagination import PageWanted
from controlplane.apikeys.models import KeyScope
from memories.api.access import finished, memory_id_of, project_of
from memories.api.endpoints.adding import add, stored_by
from memories.api.endpoints.entities import delete_entity, entity_objects, kind_of
from memories.api.endpoints.listing import rows_of
from memories.api.endpoints.one import OneMemory, changed
from memories.api.endpoints.searching import search
from memories.api.reading import EVERYONE, filters_of, owner_to_delete, query_of, refuse
from memories.api.schemas import MemorySchema, Told
from memories.ingest.models import Job, JobStatus
from memories.ingest.orders import DeleteOrder, Owner
from memories.ingest.queries import participants_of
from memories.ingest.services import accept

_MOST = 1000


class BareMemories(APIView):
    """`/memories`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"DELETE": KeyScope.DELETE}

    def post(self, request: Request) -> Response:
        """Add, and answer what was learned."""
        job = add(request, waits=True)
        if job.status == JobStatus.FAILED:
            raise refuse("messages", job.error)
        return Response({"results": stored_by(job, request)})

    def get(self, request: Request) -> Response:
        """The memories of whom the query names, newest first."""
        query = query_of(request)
        filters = filters_of(query, top_level_ids=True)
        rows, _ = rows_of(request, query, filters, PageWanted(1, _MOST))
        return Response({"results": rows})

    def delete(self, request: Request) -> Response:
        """Delete everything of whom the query names."""
        ids = owner_to_delete(query_of(request), known=frozenset())
        if EVERYONE in ids.values():
            raise refuse("user_id", "no * is read here; nothing was deleted")
        finished(_accepted(DeleteOrder(Owner(**ids)), request))
        return Response({"message": "All relevant memories deleted"})


@described(answers={"GET": MemorySchema, "PUT": Told, "DELETE": Told})
class BareMemory(OneMemory):
    """`/memories/{id}`."""

    def put(self, request: Request, memory_id: str) -> Response:
        """A new version of it; its text may also be called `data` or `memory`."""
        body = object_of(request)
        text = body.get("text", body.get("data", body.get("memory")))
        with project_of(request) as memory:
            changed(memory, memory_id_of(memory_id), {**body, "text": text})
        return Response({"message": "Memory updated successfully!"})


class BareSearch(APIView):
    """`POST /search`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The hits, best first."""
        body = object_of(request)
        return Response(search(request, body, filters_of(body, top_level_ids=True)))


class Reset(APIView):
    """`POST /reset`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.ADMIN}

    def post(self, request: Request) -> Response:
        """Delete everything of the project."""
        finished(_accepted(DeleteOrder(Owner(), everything=True), request))
        return Response({"message": "All memories reset"})


class BareEntities(APIView):
    """`GET /entities`."""

    def get(self, request: Request) -> Response:
        """Everyone, in a list."""
        found = list(participants_of(principal_of(request).project_id))
        return Response([_bare(row) for row in entity_objects(request, found)])


class BareEntity(APIView):
    """`DELETE /entities/{type}/{name}`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"DELETE": KeyScope.DELETE}

    def delete(self, request: Request, kind: str, name: str) -> Response:
        """Delete everything of somebody."""
        return Response(delete_entity(request, Owner(**{kind_of(kind): name})))


def _accepted(order: DeleteOrder, request: Request) -> Job:
    return accept(order, project_id=principal_of(request).project_id, now=timezone.now())


def _bare(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "id": row["name"]}
