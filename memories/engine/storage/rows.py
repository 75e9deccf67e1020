"""Rows to nouns and back."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from memories.engine.domain import (
    Arrival,
    Interval,
    JsonObject,
    Kind,
    MemoryRecord,
    Message,
    Precision,
    Role,
    Scope,
)
from memories.engine.storage.gists import gist_columns
from memories.engine.storage.values import (
    Fields,
    SqlValue,
    optional_real,
    optional_words,
    whole,
    words,
)

MESSAGE_COLUMNS: Final = (
    "id, role, speaker, name, client_id, text, metadata, session, position, "
    "said_at, said_offset, recorded_at"
)
MEMORY_COLUMNS: Final = (
    "id, user, agent, app, run, text, fingerprint, attributed_to, kind, said_at, said_offset, "
    "recorded_at, updated_at, occurred_from, occurred_until, occurred_offset, occurred_precision, "
    "categories, metadata, expires_at, immutable, version, reinforcements, superseded_by, "
    "merged_into, importance, learned_by, derived_from"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS: Final = 1_000_000


def owner_of_memory(seq: int) -> int:
    """The number under which passages and mentions know a memory."""
    return seq * 2


def owner_of_message(seq: int) -> int:
    """The number under which passages and mentions know a message."""
    return seq * 2 + 1


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def to_seconds(instant: datetime) -> float:
    """Seconds since 1970, UTC, to the microsecond."""
    return to_micros(instant) / _MICROS


def optional_micros(instant: datetime | None) -> int | None:
    """As `to_micros`, None for None."""
    return None if instant is None else to_micros(instant)


def to_offset(instant: datetime) -> int:
    """Minutes east of UTC on the clock that the instant was read from."""
    offset = instant.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def from_micros(micros: SqlValue, offset: SqlValue = 0) -> datetime:
    """The instant, on a clock that many minutes east of UTC."""
    instant = _EPOCH + timedelta(microseconds=whole(micros))
    return instant.astimezone(timezone(timedelta(minutes=whole(offset)))) if offset else instant


def optional_instant(micros: SqlValue) -> datetime | None:
    """As `from_micros`, None for None."""
    return None if micros is None else from_micros(micros)


def to_json(value: JsonObject | Sequence[str]) -> str:
    """Compact JSON, characters kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _object(value: SqlValue) -> JsonObject:
    # Most rows have none, and a search reads a hundred of them.
    if value == "{}":
        return {}
    parsed: JsonObject = json.loads(words(value))
    return parsed


def _texts(value: SqlValue) -> tuple[str, ...]:
    return () if value == "[]" else tuple(json.loads(words(value)))


def message_of(row: Fields) -> Message:
    """A message from a row of MESSAGE_COLUMNS."""
    return Message(
        id=words(row["id"]),
        role=Role(words(row["role"])),
        speaker=words(row["speaker"]),
        name=optional_words(row["name"]),
        client_id=optional_words(row["client_id"]),
        text=words(row["text"]),
        metadata=_object(row["metadata"]),
        session=words(row["session"]),
        position=whole(row["position"]),
        said_at=from_micros(row["said_at"], row["said_offset"]),
        recorded_at=from_micros(row["recorded_at"]),
    )


def interval_of(row: Fields) -> Interval | None:
    """The event interval of a row that has the occurred_ columns."""
    if row["occurred_from"] is None:
        return None
    offset = row["occurred_offset"]
    return Interval(
        start=from_micros(row["occurred_from"], offset),
        until=from_micros(row["occurred_until"], offset),
        precision=Precision(words(row["occurred_precision"])),
    )


def scope_of(row: Fields, *, within: Scope) -> Scope:
    """The scope of a row that has the id columns, in the project of `within`."""
    return replace(
        within,
        user=optional_words(row["user"]),
        agent=optional_words(row["agent"]),
        app=optional_words(row["app"]),
        run=optional_words(row["run"]),
    )


def memory_of(row: Fields, *, within: Scope) -> MemoryRecord:
    """A memory from a row of MEMORY_COLUMNS, in the project of `within`."""
    return MemoryRecord(
        id=words(row["id"]),
        scope=scope_of(row, within=within),
        text=words(row["text"]),
        fingerprint=words(row["fingerprint"]),
        attributed_to=words(row["attributed_to"]),
        kind=Kind(words(row["kind"])),
        said_at=from_micros(row["said_at"], row["said_offset"]),
        recorded_at=from_micros(row["recorded_at"]),
        updated_at=from_micros(row["updated_at"]),
        occurred=interval_of(row),
        categories=_texts(row["categories"]),
        metadata=_object(row["metadata"]),
        expires_at=optional_instant(row["expires_at"]),
        immutable=bool(row["immutable"]),
        version=whole(row["version"]),
        reinforcements=whole(row["reinforcements"]),
        superseded_by=optional_words(row["superseded_by"]),
        merged_into=optional_words(row["merged_into"]),
        # An index may have been told of a memory before these were known of it.
        importance=optional_real(row.get("importance")),
        learned_by=optional_words(row.get("learned_by")),
        derived_from=_texts(row.get("derived_from") or "[]"),
    )


def memory_row(memory: MemoryRecord) -> dict[str, SqlValue]:
    """A memory as columns, with what it is looked up by where it may be repeated."""
    row = memory_columns(memory)
    gists = gist_columns(
        memory.text, memory.attributed_to, row["occurred_from"], row["occurred_until"]
    )
    return row | gists


def memory_columns(memory: MemoryRecord) -> dict[str, SqlValue]:
    """A memory as MEMORY_COLUMNS."""
    occurred = memory.occurred
    return {
        "id": memory.id,
        "user": memory.scope.user,
        "agent": memory.scope.agent,
        "app": memory.scope.app,
        "run": memory.scope.run,
        "text": memory.text,
        "fingerprint": memory.fingerprint,
        "attributed_to": memory.attributed_to,
        "kind": memory.kind,
        "said_at": to_micros(memory.said_at),
        "said_offset": to_offset(memory.said_at),
        "recorded_at": to_micros(memory.recorded_at),
        "updated_at": to_micros(memory.updated_at),
        "occurred_from": optional_micros(occurred.start if occurred else None),
        "occurred_until": optional_micros(occurred.until if occurred else None),
        "occurred_offset": to_offset(occurred.start) if occurred else None,
        "occurred_precision": occurred.precision if occurred else None,
        "categories": to_json(memory.categories),
        "metadata": to_json(memory.metadata),
        "expires_at": optional_micros(memory.expires_at),
        "immutable": int(memory.immutable),
        "version": memory.version,
        "reinforcements": memory.reinforcements,
        "superseded_by": memory.superseded_by,
        "merged_into": memory.merged_into,
        "importance": memory.importance,
        "learned_by": memory.learned_by,
        "derived_from": to_json(memory.derived_from),
    }


def message_row(arrival: Arrival, scope: Scope) -> dict[str, SqlValue]:
    """A message as columns, with whose it is."""
    return {
        **message_columns(arrival.message),
        "identity": arrival.identity,
        "user": scope.user,
        "agent": scope.agent,
        "app": scope.app,
        "run": scope.run,
        "expires_at": optional_micros(arrival.expires_at),
    }


def message_columns(message: Message) -> dict[str, SqlValue]:
    """A message as MESSAGE_COLUMNS."""
    return {
        "id": message.id,
        "role": message.role,
        "speaker": message.speaker,
        "name": message.name,
        "client_id": message.client_id,
        "text": message.text,
        "metadata": to_json(message.metadata),
        "session": message.session,
        "position": message.position,
        "said_at": to_micros(message.said_at),
        "said_offset": to_offset(message.said_at),
        "recorded_at": to_micros(message.recorded_at),
    }
