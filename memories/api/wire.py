"""Memories as clients read them: every key that any released client looks for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from memories import HistoryEntry, Memory, MemoryRecord, NotFound, Scope, SearchHit
from memories.api.scale import shown
from memories.engine.domain import OwnedMessage
from memories.engine.text.fingerprints import fingerprint
from memories.ingest.models import Job, JobStatus

_MOMENT: Final = timedelta(microseconds=1)
_WEEKEND: Final = 5
_LEARNING: Final = ("extractor", "dropped", "usage", "dollars", "reading")


def memory_object(record: MemoryRecord) -> dict[str, object]:
    """One memory."""
    created = record.said_at.astimezone(UTC)
    return {
        "id": record.id,
        "memory": record.text,
        **scope_keys(record.scope),
        "hash": record.fingerprint,
        "metadata": dict(record.metadata) or None,
        "categories": list(record.categories),
        "created_at": created.isoformat(),
        "updated_at": record.updated_at.astimezone(UTC).isoformat(),
        "expiration_date": expiration_day(record.expires_at),
        "structured_attributes": _calendar(created),
        "replaced_by": record.superseded_by,
        "merged_into": record.merged_into,
        "lifecycle_state": "superseded" if record.superseded_by else "active",
        "synthesized": bool(record.derived_from),
        "derived_from": list(record.derived_from),
        "immutable": record.immutable,
        "owner": record.scope.user,
        "attributed_to": record.attributed_to,
        "kind": record.kind.value,
        "version": record.version,
        "learned_by": record.learned_by,
        "importance": record.importance,
    }


def message_object(owned: OwnedMessage, *, is_pending: bool) -> dict[str, object]:
    """A message as it was said, under the keys of a memory."""
    message = owned.message
    created = message.said_at.astimezone(UTC)
    return {
        "id": message.id,
        "memory": message.text,
        **scope_keys(owned.scope),
        "hash": fingerprint(message.text),
        "metadata": dict(message.metadata) or None,
        "categories": [],
        "created_at": created.isoformat(),
        "updated_at": message.recorded_at.astimezone(UTC).isoformat(),
        "expiration_date": expiration_day(owned.expires_at),
        "structured_attributes": _calendar(created),
        "replaced_by": None,
        "merged_into": None,
        "lifecycle_state": "pending" if is_pending else "learned",
        "synthesized": False,
        "derived_from": [],
        "immutable": True,
        "owner": owned.scope.user,
        "attributed_to": message.speaker,
        "kind": "message",
        "version": 1,
        "learned_by": None,
        "importance": None,
    }


def hit_object(hit: SearchHit) -> dict[str, object]:
    """One answer to a search: a memory, or a message that nothing was learned from yet."""
    scores = hit.breakdown
    told = memory_object(hit.memory) if hit.memory else _pending_object(hit)
    said = told | {
        "score": shown(hit.score),
        "score_breakdown": {
            "semantic": round(scores.semantic, 6),
            "bm25": round(scores.lexical, 6),
            "entity": round(scores.entity, 6),
            "temporal": round(scores.temporal, 6),
            "session": round(scores.session, 6),
            "decay": round(scores.decay, 6),
            "intent": round(scores.intent, 6),
        },
    }
    return said | ({"explanation": list(hit.explanation)} if hit.explanation else {})


def _pending_object(hit: SearchHit) -> dict[str, object]:
    if hit.pending is None:
        raise TypeError("a stored turn is no memory")
    return message_object(hit.pending, is_pending=True)


def scope_keys(scope: Scope) -> dict[str, str | None]:
    """Whose it is; a run under both of its names."""
    return {
        "user_id": scope.user,
        "agent_id": scope.agent,
        "app_id": scope.app,
        "run_id": scope.run,
        "session_id": scope.run,
    }


def expiration_day(expires_at: datetime | None) -> str | None:
    """The last day on which it is shown, UTC."""
    return None if expires_at is None else f"{(expires_at - _MOMENT).astimezone(UTC):%Y-%m-%d}"


def only_fields(row: dict[str, object], wanted: Collection[str] | None) -> dict[str, object]:
    """The row with the wanted keys alone, its id always among them."""
    if not wanted:
        return row
    return {name: value for name, value in row.items() if name in wanted or name == "id"}


def history_objects(
    memory_id: str, entries: Sequence[HistoryEntry], record: MemoryRecord | None
) -> list[dict[str, object]]:
    """What happened to a memory, oldest first."""
    shared: Mapping[str, object] = (
        {**scope_keys(record.scope), "metadata": dict(record.metadata) or None}
        | {"categories": list(record.categories)}
        if record is not None
        else {}
    )
    return [
        {
            "id": f"{memory_id}-{place}",
            "memory_id": memory_id,
            "input": [{"role": "user", "content": entry.new_text or entry.old_text or ""}],
            "old_memory": entry.old_text,
            "new_memory": entry.new_text,
            "event": entry.event.value,
            "reason": entry.reason,
            "created_at": entry.at.astimezone(UTC).isoformat(),
            "updated_at": entry.at.astimezone(UTC).isoformat(),
            **shared,
        }
        for place, entry in enumerate(entries)
    ]


def results_of(job: Job, memory: Memory) -> list[dict[str, object]]:
    """What became of a job, with the words of those memories that are still there."""
    return [_with_words(result, memory) for result in job.results]


def _with_words(result: Mapping[str, object], memory: Memory) -> dict[str, object]:
    try:
        words = memory.get(str(result["id"])).text if result["id"] else ""
    except NotFound:
        words = ""
    return {**result, "memory": words, "data": {"memory": words}}


def event_object(job: Job, memory: Memory) -> dict[str, object]:
    """A job, as clients know it."""
    ended, began = job.completed_at, job.started_at
    is_over = job.status in (JobStatus.SUCCEEDED, JobStatus.FAILED)
    latency = (ended - job.created_at).total_seconds() * 1000 if is_over and ended else None
    return {
        "id": str(job.id),
        "event_type": job.kind,
        "status": job.status,
        "payload": {},
        "metadata": {},
        "results": results_of(job, memory),
        "reason": job.reason or None,
        **learning_object(job.learning),
        "error": job.error or None,
        "attempts": job.attempts,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
        "started_at": began.isoformat() if began else None,
        "completed_at": ended.isoformat() if ended else None,
        "latency": latency,
        "graph_status": None,
    }


def learning_object(learning: Mapping[str, object]) -> dict[str, object]:
    """By what facts were learned and what that took; None where nothing was asked."""
    return {name: learning.get(name) for name in _LEARNING}


def _calendar(instant: datetime) -> dict[str, object]:
    weekday = instant.weekday()
    return {
        "year": instant.year,
        "month": instant.month,
        "day": instant.day,
        "hour": instant.hour,
        "minute": instant.minute,
        "day_of_week": instant.strftime("%A").lower(),
        "week_of_year": instant.isocalendar().week,
        "day_of_year": instant.timetuple().tm_yday,
        "quarter": (instant.month + 2) // 3,
        "is_weekend": weekday >= _WEEKEND,
    }
