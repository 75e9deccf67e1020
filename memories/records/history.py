"""What a memory said before, and what happened to it."""

from collections.abc import Sequence
from datetime import datetime

from memories.engine.domain import HistoryEntry, HistoryEvent, MemoryRecord, Scope, Version
from memories.engine.storage.rows import from_micros, to_micros
from memories.engine.storage.values import optional_words, whole, words
from memories.records.connection import Connection
from memories.records.visibility import in_scope


def versions(connection: Connection, memory_id: str, scope: Scope) -> Sequence[Version]:
    """Every wording of a memory, oldest first."""
    condition, values = in_scope(connection, scope)
    rows = connection.rows(
        "SELECT version.version, version.text, version.said_at, version.recorded_at"
        " FROM records_version version JOIN records_memory m"
        " ON m.project = version.project AND m.seq = version.memory"
        f" WHERE {condition} AND m.id = %s ORDER BY version.version",
        (*values, memory_id),
    )
    return [
        Version(whole(number), words(text), from_micros(said), from_micros(recorded))
        for number, text, said, recorded in rows
    ]


def history(connection: Connection, memory_id: str) -> Sequence[HistoryEntry]:
    """What happened to a memory, oldest first."""
    rows = connection.rows(
        "SELECT memory_id, event, at, old_text, new_text, reason FROM records_history"
        " WHERE project = %s AND memory_id = %s ORDER BY seq",
        (connection.project, memory_id),
    )
    return [
        HistoryEntry(
            memory_id=words(id_),
            event=HistoryEvent(words(event)),
            at=from_micros(at),
            old_text=optional_words(old),
            new_text=optional_words(new),
            reason=optional_words(reason),
        )
        for id_, event, at, old, new, reason in rows
    ]


def add_version(
    connection: Connection, seq: int, memory: MemoryRecord, *, said_at: datetime
) -> None:
    """Keep a memory's wording."""
    connection.run(
        "INSERT INTO records_version (project, memory, version, text, said_at, recorded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (
            *(connection.project, seq, memory.version, memory.text),
            *(to_micros(said_at), to_micros(memory.updated_at)),
        ),
    )


def remember(
    connection: Connection,
    memory_id: str,
    event: HistoryEvent,
    at: datetime,
    *,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
) -> None:
    """Note what happened to a memory."""
    connection.run(
        "INSERT INTO records_history (project, memory_id, event, at, old_text, new_text, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (connection.project, memory_id, event, to_micros(at), old, new, reason),
    )
