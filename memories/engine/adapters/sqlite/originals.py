"""Files that parts of messages were, in the file."""

import json
from collections.abc import Collection, Mapping, Sequence

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import Original, Scope
from memories.engine.storage.originals import ORIGINAL_COLUMNS, original_of, original_row
from memories.engine.storage.values import words


class SqliteOriginals:
    """The OriginalStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message_id: str, originals: Sequence[Original], *, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            for original in originals:
                columns = original_row(original)
                connection.run(
                    f"INSERT INTO originals (message, {', '.join(columns)})"
                    f" SELECT m.seq, {', '.join('?' * len(columns))} FROM messages m"
                    f" WHERE m.id = ? AND {condition}",
                    (*columns.values(), message_id, *values),
                )

    def of(self, message_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Original]]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT m.id AS message_id, {ORIGINAL_COLUMNS} FROM messages m"
                " JOIN originals ON message = m.seq"
                f" WHERE m.id IN (SELECT value FROM json_each(?)) AND {condition}"
                " ORDER BY m.seq, part",
                (json.dumps(list(message_ids)), *values),
            )
        found: dict[str, list[Original]] = {}
        for row in rows:
            found.setdefault(words(row["message_id"]), []).append(original_of(row))
        return found

    def with_content(self, message_id: str, part: int, *, scope: Scope) -> Original | None:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {ORIGINAL_COLUMNS}, content FROM messages m"
                " JOIN originals ON message = m.seq"
                f" WHERE m.id = ? AND part = ? AND content IS NOT NULL AND {condition}",
                (message_id, part, *values),
            )
        return original_of(rows[0]) if rows else None

    def remove(self, message_id: str, parts: Collection[int], *, scope: Scope) -> int:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            # Without the digest too: who has the file could test guesses with it.
            return connection.run(
                "UPDATE originals SET content = NULL, digest = NULL, size = 0"
                f" WHERE message = (SELECT m.seq FROM messages m WHERE m.id = ? AND {condition})"
                " AND part IN (SELECT value FROM json_each(?)) AND content IS NOT NULL",
                (message_id, *values, json.dumps(list(parts))),
            )
