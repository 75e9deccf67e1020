"""Telling webhooks what became of memories and of jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from controlplane.webhooks.models import EventType
from controlplane.webhooks.services import publish, publish_all
from memories import MemoryRecord
from memories.ingest.models import Job, JobKind
from memories.ingest.orders import IDS

Results = Sequence[Mapping[str, object]]


def tell_done(job: Job, results: Results, *, was_voided: bool, now: datetime) -> None:
    """Of each memory that is new, of what was deleted, and that the job is over.

    Args:
        job: what was done.
        results: what became of it, with the words of the memories.
        was_voided: a deletion came before it was learned.
        now: when it was done.
    """
    whose = _ids_of(job)
    if job.kind == JobKind.DELETE:
        publish(job.project_id, EventType.MEMORY_DELETE, _body("DELETE", whose), now)
        return
    added = [result for result in results if result["event"] == "ADD"]
    bodies = [
        _body("ADD", whose | _named_in(each), id=each["id"], data=each["data"]) for each in added
    ]
    publish_all(job.project_id, EventType.MEMORY_ADD, bodies, now)
    if job.kind != JobKind.ADD:
        return
    over = EventType.INGEST_JOB_CANCELLED if was_voided else EventType.INGEST_JOB_COMPLETED
    memory_ids = [each["id"] for each in added]
    told = _body(over.name, whose, id=str(job.id), memory_ids=memory_ids)
    publish(job.project_id, over, told, now)


def tell_failed(job: Job, error: str, *, now: datetime) -> None:
    """That a job failed for good."""
    over = EventType.INGEST_JOB_FAILED
    if job.kind != JobKind.DELETE:
        told = _body(over.name, _ids_of(job), id=str(job.id), error=error)
        publish(job.project_id, over, told, now)


def tell_changed(record: MemoryRecord, *, now: datetime) -> None:
    """Of a memory's new version."""
    told = _body("UPDATE", _whose(record), id=record.id, data={"memory": record.text})
    publish(UUID(record.scope.project), EventType.MEMORY_UPDATE, told, now)


def tell_deleted(record: MemoryRecord, *, now: datetime) -> None:
    """That a memory is gone; its words are gone from here as well."""
    told = _body("DELETE", _whose(record), id=record.id)
    publish(UUID(record.scope.project), EventType.MEMORY_DELETE, told, now)


def _body(event: str, whose: Mapping[str, str], **details: object) -> dict[str, object]:
    return {"event_details": {"event": event, **details}, **whose}


def _ids_of(job: Job) -> dict[str, str]:
    owner = job.order["owner"]
    return {f"{kind}_id": owner[kind] for kind in IDS if owner.get(kind)}


def _named_in(result: Mapping[str, object]) -> dict[str, str]:
    keys = (f"{kind}_id" for kind in IDS)
    return {key: str(result[key]) for key in keys if key in result}


def _whose(record: MemoryRecord) -> dict[str, str]:
    named = {f"{kind}_id": getattr(record.scope, kind) for kind in IDS}
    return {key: name for key, name in named.items() if name is not None}
