"""Messages in the file."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.visibility import in_scope, visible
from memories.engine.domain import Arrival, Message, OwnedMessage, Scope, Selection, Source
from memories.engine.storage.rows import (
    MESSAGE_COLUMNS,
    message_of,
    message_row,
    optional_instant,
    scope_of,
    to_micros,
)
from memories.engine.storage.values import SqlValue, blob, whole, words
from memories.engine.text.redaction import redact

_QUALIFIED: Final = ", ".join(f"m.{column}" for column in MESSAGE_COLUMNS.split(", "))


class SqliteMessages:
    """The MessageStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, identities: Sequence[bytes], *, scope: Scope) -> Mapping[bytes, Message]:
        condition, values = in_scope(scope)
        found: dict[bytes, Message] = {}
        with self._database.read() as connection:
            for identity in identities:
                for row in connection.fields(
                    f"SELECT identity, {MESSAGE_COLUMNS} FROM messages m"
                    f" WHERE identity = ? AND {condition}",
                    (identity, *values),
                ):
                    found[blob(row["identity"])] = message_of(row)
        return found

    def latest(self, *, scope: Scope) -> Message | None:
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE scope = ("
                " SELECT seq FROM scopes"
                " WHERE user IS ? AND agent IS ? AND app IS ? AND run IS ?)"
                " ORDER BY said_at DESC, seq DESC LIMIT 1",
                (scope.user, scope.agent, scope.app, scope.run),
            )
        return message_of(rows[0]) if rows else None

    def next_position(self, session: str, *, scope: Scope) -> int:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            return connection.number(
                "SELECT coalesce(max(position) + 1, 0) FROM messages m"
                f" WHERE session = ? AND {condition}",
                (session, *values),
            )

    def add(self, arrivals: Sequence[Arrival], *, scope: Scope) -> None:
        with self._database.write() as connection:
            number = number_of(connection, scope)
            for arrival in arrivals:
                columns = message_row(arrival, scope) | {"scope": number}
                connection.insert(
                    f"INSERT INTO messages ({', '.join(columns)})"
                    f" VALUES ({', '.join('?' * len(columns))})",
                    columns.values(),
                )

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Message]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MESSAGE_COLUMNS} FROM messages m"
                f" WHERE id IN (SELECT value FROM json_each(?)) AND {condition}",
                (json.dumps(list(ids)), *values),
            )
        return {message.id: message for message in map(message_of, rows)}

    def owned(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, OwnedMessage]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MESSAGE_COLUMNS}, user, agent, app, run, expires_at FROM messages m"
                f" WHERE id IN (SELECT value FROM json_each(?)) AND {condition}",
                (json.dumps(list(ids)), *values),
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
        condition, values = visible(replace(selection, filter=None), scope, messages=True)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {_QUALIFIED} FROM json_each(?) AS turn JOIN messages m"
                " ON m.session = turn.value ->> 0 AND m.position = turn.value ->> 1"
                f" WHERE {condition} ORDER BY m.session, m.position",
                (json.dumps(sorted(turns)), *values),
            )
        return tuple(map(message_of, rows))

    def redact(self, message_id: str, spans: Sequence[tuple[int, int]], *, scope: Scope) -> Message:
        with self._database.write() as connection:
            text = self.get([message_id], scope=scope)[message_id].text
            text = redact(text, spans)
            connection.run("UPDATE messages SET text = ? WHERE id = ?", (text, message_id))
        return self.get([message_id], scope=scope)[message_id]

    def identities(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, bytes]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT id, identity FROM messages m"
                f" WHERE id IN (SELECT value FROM json_each(?)) AND {condition}",
                (json.dumps(list(ids)), *values),
            )
        return {words(id_): blob(identity) for id_, identity in rows}

    def sources(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Source]]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT memories.id AS memory_id, sources.start, sources.until,"
                f" {_QUALIFIED}"
                " FROM memories JOIN sources ON sources.memory = memories.seq"
                " JOIN messages m ON m.seq = sources.message"
                f" WHERE memories.id IN (SELECT value FROM json_each(?)) AND {condition}"
                " ORDER BY m.said_at, m.seq, sources.start",
                (json.dumps(list(memory_ids)), *values),
            )
        found: dict[str, list[Source]] = {}
        for row in rows:
            message = message_of(row)
            start, until = whole(row["start"]), whole(row["until"])
            source = Source(message, message.text[start:until], start, until)
            found.setdefault(words(row["memory_id"]), []).append(source)
        return found

    def in_order(self, *, scope: Scope) -> Sequence[tuple[Scope, Message]]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT user, agent, app, run, {MESSAGE_COLUMNS} FROM messages m"
                f" WHERE {condition} ORDER BY session, position",
                values,
            )
        return [(scope_of(row, within=scope), message_of(row)) for row in rows]

    def recorded_before(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                f"SELECT id FROM messages m WHERE recorded_at < ? AND {condition}"
                " ORDER BY recorded_at, seq LIMIT ?",
                (to_micros(instant), *values, limit),
            )
        return [words(id_) for (id_,) in rows]

    def delete(self, ids: Collection[str], *, scope: Scope) -> int:
        condition, values = in_scope(scope)
        return self._delete(
            f"id IN (SELECT value FROM json_each(?)) AND {condition}",
            (json.dumps(list(ids)), *values),
        )

    def delete_all(self, *, scope: Scope) -> int:
        return self._delete(*in_scope(scope))

    def _delete(self, condition: str, values: Sequence[SqlValue]) -> int:
        with self._database.write() as connection:
            selected = f"SELECT seq FROM messages m WHERE {condition}"
            delete_owned(connection, f"SELECT seq * 2 + 1 FROM ({selected})", values)
            return connection.run(f"DELETE FROM messages WHERE seq IN ({selected})", values)


def delete_owned(connection: Connection, owners: str, values: Sequence[SqlValue]) -> None:
    """Delete what owners (a SELECT of owner numbers) have in the index and among the mentions."""
    connection.run(f"DELETE FROM passages WHERE owner IN ({owners})", values)
    connection.run(f"DELETE FROM mentions WHERE owner IN ({owners})", values)
