"""Users, agents, apps and runs: whom memories belong to. The wire calls them entities."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.api.pagination import page_of, page_wanted
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from memories.api.access import project_of
from memories.api.endpoints.listing import rows_of
from memories.api.reading import object_field, refuse
from memories.api.schemas import EntityPage, EntitySchema, Told
from memories.ingest.models import JobKind, Participant
from memories.ingest.orders import IDS, DeleteOrder, Owner
from memories.ingest.queries import participants_of
from memories.ingest.services import accept, dismiss, meet

# Clients read one page only.
_LARGEST_PAGE: Final = 10_000
_ENTITY_PAGE: Final = 100
_LONGEST_NAME: Final = 256
_LONGEST_NUMBER: Final = 18


@described(answers={"GET": EntityPage})
class Entities(APIView):
    """`GET /v1/entities/`."""

    def get(self, request: Request) -> Response:
        """Everyone, with how many memories each has."""
        wanted = page_wanted(request, most=_LARGEST_PAGE, usual=_LARGEST_PAGE)
        rows = entity_objects(request, list(participants_of(principal_of(request).project_id)))
        page = page_of(request, wanted, rows[wanted.first : wanted.first + wanted.size], len(rows))
        kinds = Counter(str(row["type"]) for row in rows)
        return Response({**page, **{f"total_{kind}s": kinds[kind] for kind in IDS}})


@described(answers={"GET": EntitySchema(many=True), "DELETE": Told})
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
        if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
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


class EntityMemories(APIView):
    """`GET /v1/memories/{type}/{name}/`: somebody's memories, a hundred a page."""

    def get(self, request: Request, kind: str, name: str) -> Response:
        """The page."""
        wanted = page_wanted(request, most=_ENTITY_PAGE, usual=_ENTITY_PAGE)
        filters = {f"{kind_of(kind)}_id": name}
        rows, total = rows_of(request, {}, filters, wanted)
        return Response(page_of(request, wanted, rows, total))


class EntityFilters(APIView):
    """`GET /v1/entities/filters/`: what lists can be narrowed by."""

    def get(self, request: Request) -> Response:
        """Kinds of events and the names of users."""
        users = participants_of(principal_of(request).project_id).filter(kind="user")
        return Response(
            {
                "event_type": [kind.value for kind in JobKind],
                "categories": [],
                "users": [each.name for each in users[:_LARGEST_PAGE]],
                "parameters": [f"{kind}_id" for kind in IDS],
            }
        )


class NewEntity(APIView):
    """`POST /v1/users/`, `/v1/agents/`, `/v1/apps/`, `/v1/runs/`: somebody, before any memory."""

    kind: ClassVar[str] = ""

    def post(self, request: Request) -> Response:
        """As it is kept."""
        body = object_of(request)
        name = str(body.get(f"{self.kind}_id") or "").strip()
        if not name or len(name) > _LONGEST_NAME:
            raise refuse(f"{self.kind}_id", f"must be a text of 1 to {_LONGEST_NAME} characters")
        project_id = principal_of(request).project_id
        metadata = object_field(body, "metadata")
        with transaction.atomic():
            meet(Owner(**{self.kind: name}), project_id=project_id, now=timezone.now())
            kept = participants_of(project_id).get(kind=self.kind, name=name)
            kept.metadata = metadata or kept.metadata
            kept.save(update_fields=["metadata"])
            record_in(project_id, Action.ENTITY_NAMED, [kept.id])
        said = {
            "id": kept.id,
            f"{self.kind}_id": kept.name,
            "name": body.get("name") or kept.name,
            "metadata": kept.metadata,
            "created_at": kept.created_at.isoformat(),
            "updated_at": kept.updated_at.isoformat(),
            "is_deleted": False,
        }
        return Response(said, status=HTTPStatus.CREATED)
