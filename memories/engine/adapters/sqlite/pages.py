"""Memories some at a time, each in the wording of the time that is asked for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.visibility import FOUND_LATER, visible
from memories.engine.domain import (
    HistoryEvent,
    MemoryRecord,
    Place,
    Scope,
    Selection,
    Shelf,
)
from memories.engine.storage.rows import MEMORY_COLUMNS, from_micros, memory_of, to_micros
from memories.engine.storage.values import whole, words


def told(
    connection: Connection, current: Mapping[str, MemoryRecord], selection: Selection
) -> Mapping[str, MemoryRecord]:
    """The memories as they were at the time that the selection asks for."""
    if selection.as_of is None and selection.recorded_as_of is None:
        return current
    said_by = to_micros(selection.as_of or datetime.max.replace(tzinfo=UTC))
    recorded_by = to_micros(selection.recorded_as_of or datetime.max.replace(tzinfo=UTC))
    rows = connection.rows(
        "SELECT m.id, versions.text, max(versions.version), coalesce(superseded_at > ?, 0)"
        f" OR (? AND {FOUND_LATER})"
        " FROM memories m JOIN versions ON versions.memory = m.seq"
        " AND versions.said_at <= ? AND versions.recorded_at <= ?"
        " WHERE m.id IN (SELECT value FROM json_each(?)) GROUP BY m.seq",
        (
            *(said_by, selection.recorded_as_of is not None, HistoryEvent.SUPERSEDE, recorded_by),
            *(said_by, recorded_by, json.dumps(list(current))),
        ),
    )
    return {
        words(id_): replace(
            current[words(id_)],
            text=words(text),
            version=whole(version),
            superseded_by=None if later else current[words(id_)].superseded_by,
        )
        for id_, text, version, later in rows
    }


def page(
    connection: Connection, scope: Scope, selection: Selection, *, after: int, limit: int
) -> Mapping[int, MemoryRecord]:
    """Memories in the order they were stored, by number, from the one after `after` on."""
    condition, values = visible(selection, scope, walking=True)
    rows = connection.fields(
        f"SELECT seq, {MEMORY_COLUMNS} FROM memories m WHERE seq > ? AND {condition}"
        " ORDER BY seq LIMIT ?",
        (after, *values, limit),
    )
    found = {words(row["id"]): memory_of(row, within=scope) for row in rows}
    worded = told(connection, found, selection)
    return {whole(row["seq"]): worded[id_] for row in rows if (id_ := words(row["id"])) in worded}


def shelf(
    connection: Connection,
    scope: Scope,
    selection: Selection,
    *,
    after: Place | None,
    skip: int,
    limit: int,
    newest_first: bool,
) -> Shelf:
    """Memories in the order they were said, then stored, with how many there are in all."""
    order = "DESC" if newest_first else "ASC"
    condition, values = visible(selection, scope)
    chosen = f"FROM memories m WHERE {condition}"
    by_time = f"ORDER BY m.said_at {order}, m.seq {order}"
    behind, place = "", []
    if after is not None:
        behind = f"AND (m.said_at, m.seq) {'<' if newest_first else '>'} (?, ?)"
        place = [to_micros(after.said_at), after.number]
    rows = connection.fields(
        # Numbers alone are sorted and skipped: whole rows are read of those that are shown.
        f"SELECT seq, {MEMORY_COLUMNS} FROM memories m WHERE m.seq IN"
        f" (SELECT m.seq {chosen} {behind} {by_time} LIMIT ? OFFSET ?) {by_time}",
        (*values, *place, limit, skip),
    )
    found = {words(row["id"]): memory_of(row, within=scope) for row in rows}
    worded = told(connection, found, selection)
    return Shelf(
        memories=tuple(worded[id_] for id_ in found if id_ in worded),
        total=connection.number(f"SELECT count(*) {chosen}", values),
        last=Place(from_micros(rows[-1]["said_at"]), whole(rows[-1]["seq"])) if rows else None,
    )
