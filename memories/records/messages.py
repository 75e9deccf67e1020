"""Messages in Postgres."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memories.engine.domain import Arrival, Message, OwnedMessage, Scope, Selection, Source
from memories.engine.storage.rows import (
    message_of,
    message_row,
    optional_instant,
    scope_of,
    to_micros,
)
from memories.engine.storage.values import blob, whole, words
from memories.engine.text.redaction import redact
from memories.records.columns import IDS, MESSAGE
from memories.records.connection import Bound, Connection
from memories.records.database import Database, take_time
from memories.records.visibility import Condition, exactly, in_scope, number_of, of_scope, visible


class PostgresMessages:
    """The MessageStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, identities: Sequence[bytes], *, scope: Scope) -> Mapping[bytes, Message]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT m.identity, {MESSAGE} FROM records_message m"
                f" WHERE {condition} AND m.identity = ANY(%s::bytea[])",
                (*values, list(identities)),
            )
        return {blob(row["identity"]): message_of(row) for row in rows}

    def latest(self, *, scope: Scope) -> Message | None:
        with self._database.read(scope=scope) as connection:
            number, values = exactly(connection, scope)
            rows = connection.fields(
                f"SELECT {MESSAGE} FROM records_message m WHERE m.project = %s"
                f" AND m.scope = ({number}) ORDER BY m.said_at DESC, m.seq DESC LIMIT 1",
                (connection.project, *values),
            )
        return message_of(rows[0]) if rows else None

    def next_position(self, session: str, *, scope: Scope) -> int:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            return connection.number(
                "SELECT coalesce(max(m.position) + 1, 0) FROM records_message m"
                f" WHERE {condition} AND m.session = %s",
                (*values, session),
            )

    def add(self, arrivals: Sequence[Arrival], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            number = number_of(connection, scope)
            connection.insert_all(
                "records_message",
                [message_row(arrival, scope) | {"scope": number} for arrival in arrivals],
            )

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Message]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {MESSAGE} FROM records_message m"
                f" WHERE {condition} AND m.id = ANY(%s::text[])",
                (*values, list(ids)),
            )
        return {message.id: message for message in map(message_of, rows)}

    def owned(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, OwnedMessage]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {MESSAGE}, {IDS}, m.expires_at FROM records_message m"
                f" WHERE {condition} AND m.id = ANY(%s::text[])",
                (*values, list(ids)),
            )
        return {
            words(row["id"]): OwnedMessage(
                message_of(row), scope_of(row, within=scope), optional_instant(row["expires_at"])
            )
            for row in rows
        }

    def at(
        self, turns: Collection[tuple[str, int]], *, scope: Scope, selection: Selection
    ) -> tuple[Message, ...]:
        selection = replace(selection, filter=None)
        ordered = sorted(turns)
        with self._database.read(scope=scope) as connection:
            condition, values = visible(connection, selection, scope, messages=True)
            rows = connection.fields(
                f"SELECT {MESSAGE}"
                " FROM unnest(%s::text[], %s::bigint[]) AS turn (session, position)"
                " JOIN records_message m"
                " ON m.session = turn.session AND m.position = turn.position"
                f" WHERE {condition} ORDER BY m.session, m.position",
                ([session for session, _ in ordered], [place for _, place in ordered], *values),
            )
        return tuple(map(message_of, rows))

    def redact(self, message_id: str, spans: Sequence[tuple[int, int]], *, scope: Scope) -> Message:
        with self._database.write(scope=scope) as connection:
            message = self.get([message_id], scope=scope)[message_id]
            redacted = replace(message, text=redact(message.text, spans))
            connection.run(
                "UPDATE records_message SET text = %s WHERE project = %s AND id = %s",
                (redacted.text, connection.project, message_id),
            )
        return redacted

    def identities(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, bytes]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT m.id, m.identity FROM records_message m"
                f" WHERE {condition} AND m.id = ANY(%s::text[])",
                (*values, list(ids)),
            )
        return {words(id_): blob(identity) for id_, identity in rows}

    def sources(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Source]]:
        with self._database.read(scope=scope) as connection:
            return sources_of(connection, memory_ids, scope)

    def in_order(self, *, scope: Scope) -> Sequence[tuple[Scope, Message]]:
        with self._database.read(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {IDS}, {MESSAGE} FROM records_message m"
                f" WHERE {condition} ORDER BY m.session, m.position",
                values,
            )
        return [(scope_of(row, within=scope), message_of(row)) for row in rows]

    def recorded_before(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        with self._database.read(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            rows = connection.rows(
                f"SELECT m.id FROM records_message m WHERE {condition} AND m.recorded_at < %s"
                " ORDER BY m.recorded_at, m.seq LIMIT %s",
                (*values, to_micros(instant), limit),
            )
        return [words(id_) for (id_,) in rows]

    def delete(self, ids: Collection[str], *, scope: Scope) -> int:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            return _delete(
                connection, (f"{condition} AND m.id = ANY(%s::text[])", [*values, list(ids)])
            )

    def delete_all(self, *, scope: Scope) -> int:
        with self._database.write(scope=scope) as connection:
            return _delete(connection, of_scope(connection, scope))


def _delete(connection: Connection, condition: Condition) -> int:
    chosen, values = condition
    take_time(connection)
    delete_owned(connection, f"SELECT m.seq * 2 + 1 FROM records_message m WHERE {chosen}", values)
    return connection.run(f"DELETE FROM records_message m WHERE {chosen}", values)


def delete_owned(connection: Connection, owners: str, values: Sequence[Bound]) -> None:
    """Delete what owners (a SELECT of owner numbers) have in the index and among the mentions."""
    for table in ("records_passage", "records_mention"):
        connection.run(
            f"DELETE FROM {table} WHERE project = %s AND owner IN ({owners})",
            (connection.project, *values),
        )


def sources_of(
    connection: Connection, memory_ids: Collection[str], scope: Scope
) -> Mapping[str, list[Source]]:
    """The messages that each memory rests on, in the order they were said."""
    condition, values = in_scope(connection, scope)
    rows = connection.fields(
        f"SELECT memory.id AS memory_id, source.start, source.until, {MESSAGE}"
        " FROM records_memory memory JOIN records_source source"
        " ON source.project = memory.project AND source.memory = memory.seq"
        " JOIN records_message m"
        " ON m.project = source.project AND m.seq = source.message"
        f" WHERE {condition} AND memory.project = m.project"
        " AND memory.id = ANY(%s::text[]) ORDER BY m.said_at, m.seq, source.start",
        (*values, list(memory_ids)),
    )
    found: dict[str, list[Source]] = {}
    for row in rows:
        message = message_of(row)
        start, until = whole(row["start"]), whole(row["until"])
        source = Source(message, message.text[start:until], start, until)
        found.setdefault(words(row["memory_id"]), []).append(source)
    return found
