"""One memory: read, changed, deleted, with its history and its sources."""

from dataclasses import asdict
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of, refuse_unknown
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from memories import ChangedMeanwhile, Memory, NotFound
from memories.api.access import memory_id_of, project_of
from memories.api.reading import (
    expiry_of,
    flag_of,
    instant_of,
    object_field,
    query_of,
    refuse,
)
from memories.api.schemas import HistoryRow, MemorySchema, Sources, Told, UpdateRequest
from memories.api.trail import changing, served
from memories.api.wire import history_objects, memory_object, message_object
from memories.engine.domain import LinkKind, MemoryRecord
from memories.engine.ingestion.revision import UNCHANGED
from memories.ingest.consolidating import note_change
from memories.ingest.copies import forget_copies
from memories.ingest.orders import IDS
from memories.ingest.pending import PendingOfProject
from memories.ingest.telling import tell_changed, tell_deleted


@described(
    asks={"PUT": UpdateRequest},
    answers={"GET": MemorySchema, "PUT": MemorySchema, "DELETE": Told},
)
class OneMemory(APIView):
    """`/v1/memories/{id}/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"PUT": KeyScope.WRITE, "DELETE": KeyScope.DELETE}

    def get(self, request: Request, memory_id: str) -> Response:
        """The memory, also if it has expired; its version is the answer's `ETag`.

        A message goes by its id too, from when it is accepted.
        """
        id_ = memory_id_of(memory_id)
        with project_of(request) as memory:
            try:
                response = _answered(memory.get(id_))
            except NotFound:
                if (message := _message(request, memory, id_)) is None:
                    raise
                response = Response(message)
        served(request, Action.MEMORY_READ, [id_])
        return response

    def put(self, request: Request, memory_id: str) -> Response:
        """A new version of it; with `If-Match`, only if it is still the version named."""
        body, id_ = object_of(request), memory_id_of(memory_id)
        with project_of(request) as memory:
            meant = request.headers.get("If-Match", "*")
            if_version = None if meant == "*" else _version_meant(memory.get(id_), meant)
            return _answered(changed(memory, id_, body, if_version=if_version))

    def delete(self, request: Request, memory_id: str) -> Response:
        """Delete it; with `delete_linked`, what it replaced or was folded into it as well."""
        id_ = memory_id_of(memory_id)
        cascades = flag_of(query_of(request), "delete_linked", usual=False)
        said: dict[str, object] = {"message": "Memory deleted successfully!"}
        with project_of(request) as memory:
            linked = linked_ids(memory, id_) if cascades else []
            delete(memory, id_)
            if cascades:
                said["cascade_count"] = sum(deleted(memory, each) for each in linked)
        return Response(said)


def _message(request: Request, memory: Memory, message_id: str) -> dict[str, object] | None:
    waiting = PendingOfProject(principal_of(request).project_id)
    if (pending := waiting.message(message_id, everyone=memory.scope())) is not None:
        return message_object(pending, is_pending=True)
    try:
        return message_object(memory.message(message_id), is_pending=False)
    except NotFound:
        return None


def _tag(record: MemoryRecord) -> str:
    return f'"{record.version}-{int(record.updated_at.timestamp() * 1_000_000)}"'


def _answered(record: MemoryRecord) -> Response:
    response = Response(memory_object(record))
    response["ETag"] = _tag(record)
    return response


def _version_meant(record: MemoryRecord, tag: str) -> int:
    if tag != _tag(record):
        raise ChangedMeanwhile(f"memory {record.id} is version {record.version} by now")
    return record.version


def changed(
    memory: Memory, memory_id: str, body: dict[str, object], *, if_version: int | None = None
) -> MemoryRecord:
    """Change one memory as the body says.

    Raises:
        RequestRefused: nothing is to change, or a field is off.
        ChangedMeanwhile: it is no longer the version that was named.
    """
    text = body.get("text")
    if text is not None and not isinstance(text, str):
        raise refuse("text", "must be a string")
    timestamp: datetime | None = instant_of(body.get("timestamp"), "timestamp")
    wants = {name for name in ("text", "metadata", "expiration_date", "timestamp") if name in body}
    if not wants:
        raise refuse("text", "name at least one of text, metadata, timestamp, expiration_date")
    if wants == {"timestamp"}:
        text = memory.get(memory_id).text
    metadata = object_field(body, "metadata") if body.get("metadata") is not None else None
    expires_at = expiry_of(body["expiration_date"]) if "expiration_date" in body else UNCHANGED
    with changing(Action.MEMORY_UPDATED, memory, memory_id):
        record = memory.update(
            memory_id,
            text=text,
            metadata=metadata,
            expires_at=expires_at,
            timestamp=timestamp,
            if_version=if_version,
        )
    tell_changed(record, now=timezone.now())
    _note_change(record)
    return record


def delete(memory: Memory, memory_id: str) -> None:
    """Delete a memory.

    Raises:
        NotFound: there is none.
    """
    record = memory.get(memory_id)
    with changing(Action.MEMORY_DELETED, memory, memory_id):
        memory.delete(memory_id)
    tell_deleted(record, now=timezone.now())
    _note_change(record)
    forget_copies(UUID(record.scope.project))


def _note_change(record: MemoryRecord) -> None:
    """What was concluded from it is gone; others are to be looked at without it."""
    scope = record.scope
    whose = {kind: getattr(scope, kind) for kind in IDS}
    note_change(UUID(scope.project), whose, now=timezone.now())


def linked_ids(memory: Memory, memory_id: str) -> list[str]:
    """Memories that this one replaced, or that were folded into it."""
    return [
        link.to_id if link.kind is LinkKind.SUPERSEDES else link.from_id
        for link in memory.links(memory_id)
        if (link.kind is LinkKind.SUPERSEDES and link.from_id == memory_id)
        or (link.kind is LinkKind.MERGED_INTO and link.to_id == memory_id)
    ]


def deleted(memory: Memory, memory_id: str) -> bool:
    """Delete a memory; False if it is gone already."""
    try:
        delete(memory, memory_id)
    except NotFound:
        return False
    return True


@described(answers={"GET": HistoryRow(many=True)})
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
        served(request, Action.MEMORY_READ, [id_])
        return Response(history_objects(id_, entries, record))


@described(answers={"GET": Sources})
class MemorySources(APIView):
    """`GET /v1/memories/{id}/sources/`."""

    def get(self, request: Request, memory_id: str) -> Response:
        """The messages that it rests on, with the words quoted."""
        refuse_unknown(request.query_params, ())
        with project_of(request) as memory:
            sources = memory.sources(memory_id_of(memory_id))
        served(request, Action.MEMORY_READ, [memory_id_of(memory_id)])
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
                        "origins": [asdict(origin) for origin in source.origins],
                    }
                    for source in sources
                ]
            }
        )
