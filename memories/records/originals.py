"""Files that parts of messages were, in Postgres."""

from collections.abc import Collection, Mapping, Sequence

from memories.engine.domain import Original, Scope
from memories.engine.storage.originals import ORIGINAL_COLUMNS, original_of, original_row
from memories.engine.storage.values import words
from memories.records.database import Database
from memories.records.visibility import in_scope

_COLUMNS = ", ".join(f"original.{name}" for name in ORIGINAL_COLUMNS.split(", "))
_OF_MESSAGES = (
    "records_message m JOIN records_original original"
    " ON original.project = m.project AND original.message = m.seq"
)


class PostgresOriginals:
    """The OriginalStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message_id: str, originals: Sequence[Original], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            for original in originals:
                columns = original_row(original)
                connection.run(
                    f"INSERT INTO records_original (project, message, {', '.join(columns)})"
                    f" SELECT m.project, m.seq, {', '.join(['%s'] * len(columns))}"
                    f" FROM records_message m WHERE {condition} AND m.id = %s",
                    (*columns.values(), *values, message_id),
                )

    def of(self, message_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Original]]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT m.id AS message_id, {_COLUMNS} FROM {_OF_MESSAGES}"
                f" WHERE {condition} AND m.id = ANY(%s::text[]) ORDER BY m.seq, original.part",
                (*values, list(message_ids)),
            )
        found: dict[str, list[Original]] = {}
        for row in rows:
            found.setdefault(words(row["message_id"]), []).append(original_of(row))
        return found

    def with_content(self, message_id: str, part: int, *, scope: Scope) -> Original | None:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {_COLUMNS}, original.content FROM {_OF_MESSAGES} WHERE {condition}"
                " AND m.id = %s AND original.part = %s AND original.content IS NOT NULL",
                (*values, message_id, part),
            )
        return original_of(rows[0]) if rows else None

    def remove(self, message_id: str, parts: Collection[int], *, scope: Scope) -> int:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            # Without the digest too: who has the database could test guesses with it.
            return connection.run(
                "UPDATE records_original SET content = NULL, digest = NULL, size = 0"
                " WHERE project = %s AND part = ANY(%s::int[]) AND content IS NOT NULL"
                f" AND message = (SELECT m.seq FROM records_message m WHERE {condition}"
                " AND m.id = %s)",
                (connection.project, list(parts), *values, message_id),
            )
