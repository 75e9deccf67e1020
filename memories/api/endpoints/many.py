"""Many memories at once: everything of somebody deleted, lists of memories changed or deleted."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from memories import Immutable, InvalidInput, NotFound
from memories.api.access import memory_id_of, project_of
from memories.api.endpoints.adding import AddMemoriesOfOld
from memories.api.endpoints.listing import answer_of_old
from memories.api.endpoints.one import changed, delete
from memories.api.reading import EVERYONE, owner_to_delete, query_of, refuse
from memories.api.schemas import AddRequest, Told
from memories.ingest.models import Job
from memories.ingest.orders import IDS, DeleteOrder, Owner
from memories.ingest.services import accept

_MOST = 1000
_DELETING = "Delete in progress. This may take some time."


@described(asks={"POST": AddRequest}, answers={"DELETE": Told})
class AllMemories(AddMemoriesOfOld):
    """`/v1/memories/`: added and listed as clients of version 1 do; deleted as all do."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE, "DELETE": KeyScope.DELETE}

    def get(self, request: Request) -> Response:
        """The memories of whom the query names."""
        query = query_of(request)
        return answer_of_old(request, query, query)

    def delete(self, request: Request) -> Response:
        """Delete everything that belongs to all of those whom the query names."""
        ids = owner_to_delete(query_of(request), known=_KNOWN)
        job = _accept(_order(ids), request)
        return Response({"message": _DELETING, "event_id": str(job.id)})


_KNOWN = frozenset(
    """filters source org_id project_id org_name project_name
    api_version output_format version""".split()
)


def _order(ids: Mapping[str, str]) -> DeleteOrder:
    """One deletion; the job itself finds out whom a `*` stands for."""
    named = {kind: name for kind, name in ids.items() if name != EVERYONE}
    starred = tuple(kind for kind, name in ids.items() if name == EVERYONE)
    if len(starred) == len(IDS):
        return DeleteOrder(Owner(), everything=True)
    if len(starred) > 1:
        raise refuse(f"{starred[1]}_id", "one * is read, or four; nothing was deleted")
    return DeleteOrder(Owner(**named), everybody=starred[0] if starred else None)


def _accept(order: DeleteOrder, request: Request) -> Job:
    project_id: UUID = principal_of(request).project_id
    return accept(order, project_id=project_id, now=timezone.now())


@described(answers={"PUT": Told, "DELETE": Told})
class Batch(APIView):
    """`/v1/batch/`: up to 1000 memories changed or deleted."""

    scopes: ClassVar[dict[str, KeyScope]] = {"PUT": KeyScope.WRITE, "DELETE": KeyScope.DELETE}

    def put(self, request: Request) -> Response:
        """Change each as it says. What can't be changed is named; the others are changed."""
        rows = _rows_of(request)
        refused: dict[str, list[str]] = {}
        with project_of(request) as memory:
            for row in rows:
                id_ = memory_id_of(str(row["memory_id"]))
                try:
                    changed(memory, id_, {k: v for k, v in row.items() if v is not None})
                except (NotFound, Immutable, InvalidInput) as error:
                    refused[id_] = [str(error)]
        return _told("updated", len(rows) - len(refused), refused)

    def delete(self, request: Request) -> Response:
        """Delete each. Ids that are not there are named."""
        rows = _rows_of(request)
        refused: dict[str, list[str]] = {}
        with project_of(request) as memory:
            for row in rows:
                id_ = memory_id_of(str(row["memory_id"]))
                try:
                    delete(memory, id_)
                except NotFound as error:
                    refused[id_] = [str(error)]
        return _told("deleted", len(rows) - len(refused), refused)


def _rows_of(request: Request) -> Sequence[Mapping[str, object]]:
    raw = object_of(request).get("memories")
    if not isinstance(raw, list) or not 1 <= len(raw) <= _MOST:
        raise refuse("memories", f"must be a list of 1 to {_MOST} objects with memory_id")
    rows: list[Mapping[str, object]] = []
    for place, row in enumerate(raw):
        if isinstance(row, str):
            row = {"memory_id": row}  # noqa: PLW2901 - some callers send ids alone
        if not isinstance(row, Mapping) or "memory_id" not in row:
            raise refuse(f"memories[{place}]", "must be an object with memory_id")
        memory_id_of(str(row["memory_id"]))
        rows.append(row)
    return rows


def _told(done: str, count: int, refused: Mapping[str, list[str]]) -> Response:
    said: dict[str, object] = {"message": f"Successfully {done} {count} memories"}
    if refused:
        said["fields"] = dict(refused)
    return Response(said)
