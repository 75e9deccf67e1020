"""What a read may see, as SQL: scope, time, expiry, merges and filters in one condition."""

from typing import Final, TypeAlias

from memories.engine.domain import Filter, HistoryEvent, Scope, Selection
from memories.engine.storage.filters import about_ids
from memories.engine.storage.rows import to_micros
from memories.engine.storage.values import whole
from memories.engine.text.fingerprints import digest
from memories.records.connection import Bound, Connection
from memories.records.filtered import filtered_ids
from memories.records.filters import compile_filter

Condition: TypeAlias = tuple[str, list[Bound]]

_NOT_MERGED: Final = "m.merged_into IS NULL"
# What it repeats may have been said after it, where messages were added out of order.
_NOT_MERGED_BY: Final = (
    "(m.merged_into IS NULL OR NOT EXISTS (SELECT 1 FROM records_memory t"
    " WHERE t.project = m.project AND t.id = m.merged_into AND t.said_at <= %s))"
)

# Of a memory `m` that an event had not befallen by an instant.
FOUND_LATER: Final = (
    "NOT EXISTS (SELECT 1 FROM records_history found WHERE found.project = m.project"
    " AND found.memory_id = m.id AND found.event = %s AND found.at <= %s)"
)


def number_of(connection: Connection, scope: Scope) -> int:
    """The scope's number, given now if it has none. Needs `write`."""
    found = connection.rows(*exactly(connection, scope))
    if found:
        return whole(found[0][0])
    columns: dict[str, Bound] = {
        "digest": _digest(scope),
        "user": scope.user,
        "agent": scope.agent,
        "app": scope.app,
        "run": scope.run,
        "filtered": filtered_ids(scope),
    }
    return connection.insert("records_scope", columns)


def exactly(connection: Connection, scope: Scope) -> Condition:
    """Selects the number of the scope that names just these; nothing if none does."""
    return (
        "SELECT seq FROM records_scope WHERE project = %s AND digest = %s",
        [connection.project, _digest(scope)],
    )


def _digest(scope: Scope) -> bytes:
    return digest(scope.user, scope.agent, scope.app, scope.run)


def in_scope(connection: Connection, scope: Scope) -> Condition:
    """Rows of `m` that belong to the project, and to whom the scope names."""
    named = [
        (column, value)
        for column, value in (
            ("user", scope.user),
            ("agent", scope.agent),
            ("app", scope.app),
            ("run", scope.run),
        )
        if value is not None
    ]
    sql = " AND ".join(["m.project = %s", *(f"m.{column} = %s" for column, _ in named)])
    return sql, [connection.project, *(value for _, value in named)]


def at_home(connection: Connection, scope: Scope) -> Condition:
    """Rows of `e`, entities, that belong to whom the scope names."""
    if not scope.names_someone:
        return "e.project = %s", [connection.project]
    condition, values = in_scope(connection, scope.home)
    return (
        f"e.project = %s AND e.home IN (SELECT m.seq FROM records_scope m WHERE {condition})",
        [connection.project, *values],
    )


def of_scope(connection: Connection, scope: Scope, filter_: Filter | None = None) -> Condition:
    """As `in_scope`, for rows that are many: by the numbers of scopes, as indexes have them.

    Args:
        connection: to the project.
        scope: whose rows.
        filter_: what it asks of ids is looked up with them.
    """
    asked = None if filter_ is None else about_ids(filter_)
    if asked is None and not scope.names_someone:
        return in_scope(connection, scope)
    condition, values = in_scope(connection, scope)
    if asked is not None:
        asked_sql, asked_values = compile_filter(asked)
        condition, values = f"{condition} AND {asked_sql}", [*values, *asked_values]
    return (
        f"m.project = %s AND m.scope IN (SELECT m.seq FROM records_scope m WHERE {condition})",
        [connection.project, *values],
    )


def visible(
    connection: Connection, selection: Selection, scope: Scope, *, messages: bool = False
) -> Condition:
    """Rows of `m` (a memory, or a message without a filter) that the read may see."""
    sql, values = of_scope(connection, scope, selection.filter)
    parts = [sql]
    judged_at = selection.as_of or selection.now
    if not selection.show_expired:
        parts.append("(m.expires_at IS NULL OR m.expires_at > %s)")
        values.append(to_micros(judged_at))
    if selection.as_of is not None:
        parts.append("m.said_at <= %s")
        values.append(to_micros(selection.as_of))
    if selection.recorded_as_of is not None:
        parts.append("m.recorded_at <= %s")
        values.append(to_micros(selection.recorded_as_of))
    if not messages:
        hidden_sql, hidden_values = _not_hidden(selection)
        parts += hidden_sql
        values += hidden_values
    if selection.filter is not None:
        filter_sql, filter_values = compile_filter(selection.filter)
        parts.append(filter_sql)
        values.extend(filter_values)
    return " AND ".join(parts), values


def _not_hidden(selection: Selection) -> tuple[list[str], list[Bound]]:
    """Memories that are neither folded nor replaced, as far as that was known."""
    parts: list[str] = []
    values: list[Bound] = []
    if not selection.include_merged:
        said = [] if selection.as_of is None else [to_micros(selection.as_of)]
        not_merged = _NOT_MERGED if selection.as_of is None else _NOT_MERGED_BY
        known, at = _known_by(selection, HistoryEvent.MERGE)
        parts.append(f"({not_merged}{known})")
        values += [*said, *at]
    if selection.latest_only:
        known, at = _known_by(selection, HistoryEvent.SUPERSEDE)
        parts.append(f"(m.superseded_at IS NULL OR m.superseded_at > %s{known})")
        values += [to_micros(selection.as_of or selection.now), *at]
    return parts, values


def _known_by(selection: Selection, event: HistoryEvent) -> Condition:
    """Continues a condition: or it was found out only after what is asked had been recorded."""
    if selection.recorded_as_of is None:
        return "", []
    return f" OR {FOUND_LATER}", [event, to_micros(selection.recorded_as_of)]
