"""One memory: read, changed, deleted, with its history and its sources."""

from datetime import datetime
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.bodies import object_of
from controlplane.apikeys.models import KeyScope
from memories import Memory, NotFound
from memories.api.access import memory_id_of, project_of
from memories.api.reading import (
    expiry_of,
    flag_of,
    instant_of,
    object_field,
    query_of,
    refuse,
)
from memories.api.wire import history_objects, memory_object
from memories.engine.domain import LinkKind, MemoryRecord
from memories.engine.ingestion.revision import UNCHANGED


class OneMemory(APIView):
    """`/v1/memories/{id}/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"PUT": KeyScope.WRITE, "DELETE": KeyScope.DELETE}

    def get(self, request: Request, memory_id: str) -> Response:
        """The memory, also if it has expired."""
        with project_of(request) as memory:
            return Response(memory_object(memory.get(memory_id_of(memory_id))))

    def put(self, request: Request, memory_id: str) -> Response:
        """A new version of it."""
        body = object_of(request)
        with project_of(request) as memory:
            return Response(memory_object(changed(memory, memory_id_of(memory_id), body)))

    def delete(self, request: Request, memory_id: str) -> Response:
        """Delete it; with `delete_linked`, what it replaced or was folded into it as well."""
        id_ = memory_id_of(memory_id)
        cascades = flag_of(query_of(request), "delete_linked", usual=False)
        said: dict[str, object] = {"message": "Memory deleted successfully!"}
        with project_of(request) as memory:
            linked = linked_ids(memory, id_) if cascades else []
            memory.delete(id_)
            if cascades:
                said["cascade_count"] = sum(deleted(memory, each) for each in linked)
        return Response(said)


def changed(memory: Memory, memory_id: str, body: dict[str, object]) -> MemoryRecord:
    """Change one memory as the body says.

    Raises:
        RequestRefused: nothing is to change, or a field is off.
    """
    text = body.get("text")
    if text is not None and not isinstance(text, str):
        raise refuse("text", "must be a string")
    timestamp: datetime | None = instant_of(body.get("timestamp"), "timestamp")
    wants = {"text", "metadata", "expiration_date", "timestamp"} & body.keys()
    if not wants:
        raise refuse("text", "name at least one of text, metadata, timestamp, expiration_date")
    if wants == {"timestamp"}:
        text = memory.get(memory_id).text
    return memory.update(
        memory_id,
        text=text,
        metadata=object_field(body, "metadata") if body.get("metadata") is not None else None,
        expires_at=expiry_of(body["expiration_date"]) if "expiration_date" in body else UNCHANGED,
        timestamp=timestamp,
    )


def linked_ids(memory: Memory, memory_id: str) -> list[str]:
    """Memories that this one replaced, or that were folded into it."""
    kinds = (LinkKind.SUPERSEDES, LinkKind.MERGED_INTO)
    return [
        other
        for link in memory.links(memory_id)
        if link.kind in kinds
        for other in (link.from_id, link.to_id)
        if other != memory_id
    ]


def deleted(memory: Memory, memory_id: str) -> bool:
    """Delete a memory; False if it is gone already."""
    try:
        memory.delete(memory_id)
    except NotFound:
        return False
    return True


class MemoryHistory(APIView):
    """`GET /v1/memories/{id}/history/`."""

    def get(self, request: Request, memory_id: str) -> Response:
        """What happened to it, oldest first; also after it was deleted."""
        id_ = memory_id_of(memory_id)
        with project_of(request) as memory:
            entries = memory.history(id_)
            try:
                record = memory.get(id_)
            except NotFound:
                record = None
        return Response(history_objects(id_, entries, record))


class MemorySources(APIView):
    """`GET /v1/memories/{id}/sources/`."""

    def get(self, request: Request, memory_id: str) -> Response:
        """The messages that it rests on, with the words quoted."""
        with project_of(request) as memory:
            sources = memory.sources(memory_id_of(memory_id))
        return Response(
            {
                "results": [
                    {
                        "message_id": source.message.id,
                        "client_id": source.message.client_id,
                        "role": source.message.role.value,
                        "name": source.message.name,
                        "content": source.message.text,
                        "quote": source.quote,
                        "start": source.start,
                        "end": source.end,
                        "said_at": source.message.said_at.isoformat(),
                    }
                    for source in sources
                ]
            }
        )
