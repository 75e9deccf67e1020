"""What a read may see, as SQL: scope, time, expiry, merges and filters in one condition."""

from typing import Final, TypeAlias

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.filters import compile_filter
from memories.engine.domain import HistoryEvent, Scope, Selection
from memories.engine.storage.filters import about_ids
from memories.engine.storage.rows import to_micros
from memories.engine.storage.values import SqlValue, whole

Condition: TypeAlias = tuple[str, list[SqlValue]]

# Messages under the names that filters and conditions use for memories.
MESSAGES_AS_MEMORIES: Final = """(
    SELECT seq, id, scope, user, agent, app, run, text, speaker AS attributed_to, NULL AS kind,
        said_at, recorded_at, recorded_at AS updated_at, NULL AS occurred_from,
        NULL AS occurred_until, '[]' AS categories, metadata, expires_at, session, position,
        NULL AS occurred_offset, NULL AS occurred_precision
    FROM messages
)"""

_NOT_MERGED: Final = "m.merged_into IS NULL"
# What it repeats may have been said after it, where messages were added out of order.
_NOT_MERGED_BY: Final = (
    "(m.merged_into IS NULL OR NOT EXISTS ("
    "SELECT 1 FROM memories t WHERE t.id = m.merged_into AND t.said_at <= ?))"
)

# Of a memory `m` that an event had not befallen by an instant.
FOUND_LATER: Final = (
    "NOT EXISTS (SELECT 1 FROM history WHERE history.memory_id = m.id"
    " AND history.event = ? AND history.at <= ?)"
)


def in_scope(scope: Scope) -> Condition:
    """Rows of `m` that belong to whom the scope names; for a handful of rows, or of scopes."""
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
    sql = " AND ".join(f"m.{column} = ?" for column, _ in named) or "1"
    return sql, [value for _, value in named]


def scope_numbers(connection: Connection, scope: Scope) -> list[int]:
    """Numbers of the stored scopes that the scope covers."""
    sql, values = in_scope(scope)
    return [
        whole(seq) for (seq,) in connection.rows(f"SELECT seq FROM scopes m WHERE {sql}", values)
    ]


def visible(
    selection: Selection, scope: Scope, *, messages: bool = False, walking: bool = False
) -> Condition:
    """Rows of `m` (a memory, or a message under a memory's names) that the read may see.

    Args:
        selection: what is asked for.
        scope: whose.
        messages: `m` is messages.
        walking: the rows are gone through in their order until there are enough of them, so that
            looking the scope's up first would be work for nothing.
    """
    sql, values = in_scope(scope) if walking else _of_whom(selection, scope)
    parts = [sql]
    judged_at = selection.as_of or selection.now
    if not selection.show_expired:
        parts.append("(m.expires_at IS NULL OR m.expires_at > ?)")
        values.append(to_micros(judged_at))
    if selection.as_of is not None:
        parts.append("m.said_at <= ?")
        values.append(to_micros(selection.as_of))
    if selection.recorded_as_of is not None:
        parts.append("m.recorded_at <= ?")
        values.append(to_micros(selection.recorded_as_of))
    if not messages:
        hidden_sql, hidden_values = _not_hidden(selection)
        parts += hidden_sql
        values += hidden_values
    if selection.filter is not None:
        filter_sql, filter_values = compile_filter(selection.filter)
        parts.append(f"({filter_sql})")
        values.extend(filter_values)
    return " AND ".join(parts), values


def _not_hidden(selection: Selection) -> tuple[list[str], list[SqlValue]]:
    """Memories that are neither folded nor replaced, as far as that was known."""
    parts: list[str] = []
    values: list[SqlValue] = []
    if not selection.include_merged:
        said = [] if selection.as_of is None else [to_micros(selection.as_of)]
        not_merged = _NOT_MERGED if selection.as_of is None else _NOT_MERGED_BY
        known, at = _known_by(selection, HistoryEvent.MERGE)
        parts.append(f"({not_merged}{known})")
        values += [*said, *at]
    if selection.latest_only:
        known, at = _known_by(selection, HistoryEvent.SUPERSEDE)
        parts.append(f"(m.superseded_at IS NULL OR m.superseded_at > ?{known})")
        values += [to_micros(selection.as_of or selection.now), *at]
    return parts, values


def _known_by(selection: Selection, event: HistoryEvent) -> Condition:
    """Continues a condition: or it was found out only after what is asked had been recorded."""
    if selection.recorded_as_of is None:
        return "", []
    return f" OR {FOUND_LATER}", [event, to_micros(selection.recorded_as_of)]


def _of_whom(selection: Selection, scope: Scope) -> Condition:
    """Rows of `m` in the scopes that what is asked for can belong to.

    By the numbers of the scopes, as indexes have them: the ids of each row are in none.
    """
    condition, values = in_scope(scope)
    named = None if selection.filter is None else about_ids(selection.filter)
    if named is not None:
        named_condition, named_values = compile_filter(named)
        condition, values = f"{condition} AND {named_condition}", [*values, *named_values]
    return f"m.scope IN (SELECT m.seq FROM scopes m WHERE {condition})", values


def in_force(selection: Selection) -> Condition:
    """Passages of `p` whose wording held at the asked time: the newest, unless a time is asked."""
    if selection.as_of is None and selection.recorded_as_of is None:
        return "p.recorded_until IS NULL", []
    parts: list[str] = []
    values: list[SqlValue] = []
    for axis, instant in (("said", selection.as_of), ("recorded", selection.recorded_as_of)):
        if instant is not None:
            parts.append(f"p.{axis}_from <= ? AND (p.{axis}_until IS NULL OR p.{axis}_until > ?)")
            values += [to_micros(instant)] * 2
    return " AND ".join(parts), values
