"""Memories some at a time, each in the wording of the time that is asked for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from memories.engine.domain import HistoryEvent, MemoryRecord, Place, Scope, Selection, Shelf
from memories.engine.storage.rows import from_micros, memory_of, to_micros
from memories.engine.storage.values import whole, words
from memories.records.columns import MEMORY
from memories.records.connection import Bound, Connection
from memories.records.visibility import FOUND_LATER, visible


def told(
    connection: Connection, current: Mapping[str, MemoryRecord], selection: Selection
) -> Mapping[str, MemoryRecord]:
    """The memories as they were at the time that the selection asks for."""
    if selection.as_of is None and selection.recorded_as_of is None:
        return current
    said_by = to_micros(selection.as_of or datetime.max.replace(tzinfo=UTC))
    recorded_by = to_micros(selection.recorded_as_of or datetime.max.replace(tzinfo=UTC))
    rows = connection.rows(
        "SELECT DISTINCT ON (m.seq) m.id, version.text, version.version,"
        f" coalesce(m.superseded_at > %s, false) OR (%s AND {FOUND_LATER})"
        " FROM records_memory m JOIN records_version version"
        " ON version.project = m.project AND version.memory = m.seq"
        " AND version.said_at <= %s AND version.recorded_at <= %s"
        " WHERE m.project = %s AND m.id = ANY(%s::text[]) ORDER BY m.seq, version.version DESC",
        (
            *(said_by, selection.recorded_as_of is not None, HistoryEvent.SUPERSEDE, recorded_by),
            *(said_by, recorded_by, connection.project, list(current)),
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
    condition, values = visible(connection, selection, scope)
    rows = connection.fields(
        f"SELECT m.seq, {MEMORY} FROM records_memory m WHERE {condition} AND m.seq > %s"
        " ORDER BY m.seq LIMIT %s",
        (*values, after, None if limit < 0 else limit),
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
    condition, values = visible(connection, selection, scope)
    by_time = f"ORDER BY m.said_at {order}, m.seq {order}"
    behind, place = "", list[Bound]()
    if after is not None:
        behind = f"AND (m.said_at, m.seq) {'<' if newest_first else '>'} (%s, %s)"
        place = [to_micros(after.said_at), after.number]
    rows = connection.fields(
        f"SELECT m.seq, {MEMORY} FROM records_memory m"
        f" WHERE {condition} {behind} {by_time} LIMIT %s OFFSET %s",
        (*values, *place, limit, skip),
    )
    found = {words(row["id"]): memory_of(row, within=scope) for row in rows}
    worded = told(connection, found, selection)
    total = connection.number(f"SELECT count(*) FROM records_memory m WHERE {condition}", values)
    return Shelf(
        memories=tuple(worded[id_] for id_ in found if id_ in worded),
        total=total,
        last=Place(from_micros(rows[-1]["said_at"]), whole(rows[-1]["seq"])) if rows else None,
    )
