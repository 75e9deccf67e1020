"""Users, agents, apps and runs: whom memories belong to. The wire calls them entities."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.pagination import page_of, page_wanted
from controlplane.apikeys.models import KeyScope
from memories.api.access import project_of
from memories.api.reading import refuse
from memories.ingest.models import Participant
from memories.ingest.orders import IDS, DeleteOrder, Owner
from memories.ingest.queries import participants_of
from memories.ingest.services import accept, dismiss

# Clients read one page only.
_LARGEST_PAGE: Final = 10_000


class Entities(APIView):
    """`GET /v1/entities/`."""

    def get(self, request: Request) -> Response:
        """Everyone, with how many memories each has."""
        wanted = page_wanted(request, most=_LARGEST_PAGE, usual=_LARGEST_PAGE)
        rows = entity_objects(request, list(participants_of(principal_of(request).project_id)))
        page = page_of(request, wanted, rows[wanted.first : wanted.first + wanted.size], len(rows))
        kinds = Counter(str(row["type"]) for row in rows)
        return Response({**page, **{f"total_{kind}s": kinds[kind] for kind in IDS}})


class OneEntity(APIView):
    """`/v2/entities/{type}/{name}/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"DELETE": KeyScope.DELETE}

    def get(self, request: Request, kind: str, name: str) -> Response:
        """The one, in a list; an empty list if nobody is called so."""
        found = participants_of(principal_of(request).project_id).filter(
            kind=kind_of(kind), name=name
        )
        return Response(entity_objects(request, list(found)))

    def delete(self, request: Request, kind: str, name: str) -> Response:
        """Delete everything of somebody, and the name. Nobody being called so is no error."""
        return Response(delete_entity(request, Owner(**{kind_of(kind): name})))


class OneEntityOfOld(APIView):
    """`DELETE /v1/entities/{type}/{number}/`, of clients before version 2."""

    scopes: ClassVar[dict[str, KeyScope]] = {"DELETE": KeyScope.DELETE}

    def delete(self, request: Request, kind: str, number: str) -> Response:
        """As by name; the number is the id that a list gave."""
        if not number.isdigit():
            raise refuse("entity_id", "Invalid entity ID. Must be an integer.")
        found = participants_of(principal_of(request).project_id).filter(
            kind=kind_of(kind), id=int(number)
        )
        for participant in found:
            return Response(delete_entity(request, Owner(**{kind_of(kind): participant.name})))
        return Response({"message": "Entity deleted successfully!"})


def kind_of(raw: str) -> str:
    """The kind, also in the plural.

    Raises:
        RequestRefused: there is no such kind.
    """
    kind = raw.removesuffix("s")
    if kind not in IDS:
        raise refuse("entity_type", "Invalid entity type: one of user, agent, app, run.")
    return kind


def delete_entity(request: Request, owner: Owner) -> dict[str, object]:
    """Have everything of somebody deleted, and forget the name at once."""
    project_id, now = principal_of(request).project_id, timezone.now()
    job = accept(DeleteOrder(owner), project_id=project_id, now=now)
    dismiss(owner, project_id=project_id)
    return {"message": "Entity deleted successfully!", "event_id": str(job.id)}


def entity_objects(
    request: Request, participants: Sequence[Participant]
) -> list[dict[str, object]]:
    """As clients read them."""
    with project_of(request) as memory:
        counts = {(each.kind.value, each.name): each.memories for each in memory.participants()}
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "type": each.kind,
            "created_at": each.created_at.isoformat(),
            "updated_at": each.updated_at.isoformat(),
            "owner": str(each.project_id),
            "metadata": each.metadata,
            "total_memories": counts.get((each.kind, each.name), 0),
            "count": counts.get((each.kind, each.name), 0),
        }
        for each in participants
    ]
