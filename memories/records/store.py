"""The RecordStore of one project in Postgres."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from memories.engine.domain import Participant, Scope, TransferReceipt
from memories.engine.errors import StoreError
from memories.engine.storage.transfer import export, import_
from memories.engine.storage.values import optional_words
from memories.records.connection import Connection
from memories.records.consolidation import PostgresConsolidation
from memories.records.database import Database
from memories.records.entities import PostgresEntities
from memories.records.imports import PostgresImports
from memories.records.keeping import flaws, size
from memories.records.memories import PostgresMemories
from memories.records.merges import PostgresMerges
from memories.records.messages import PostgresMessages
from memories.records.originals import PostgresOriginals
from memories.records.participants import participants
from memories.records.receipts import PostgresReceipts
from memories.records.tables import PostgresTables
from memories.records.visibility import of_scope

_COUNTED = {
    "messages": "records_message m WHERE",
    "memories": "records_memory m WHERE m.merged_into IS NULL AND",
    "merged": "records_memory m WHERE m.merged_into IS NOT NULL AND",
    "superseded": "records_memory m WHERE m.superseded_by IS NOT NULL AND",
    "passages": "records_passage m WHERE",
    "embedded": "records_passage m WHERE m.vector IS NOT NULL AND",
    "originals": (
        "records_message m JOIN records_original original"
        " ON original.project = m.project AND original.message = m.seq"
        " WHERE original.content IS NOT NULL AND"
    ),
}


class PostgresRecords:
    """Messages, memories and entities of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.messages = PostgresMessages(database)
        self.memories = PostgresMemories(database)
        self.entities = PostgresEntities(database)
        self.originals = PostgresOriginals(database)
        self.merges = PostgresMerges(database)
        self.receipts = PostgresReceipts(database)
        self.consolidation = PostgresConsolidation(database)
        self.imports = PostgresImports(database)

    def reading(self, *, scope: Scope) -> AbstractContextManager[object]:
        return self._database.snapshot(scope=scope)

    def writing(self, *, scope: Scope) -> AbstractContextManager[Connection]:
        return self._database.write(scope=scope)

    def setting(self, key: str, *, scope: Scope) -> str | None:
        return self._database.remembered.get(
            ("setting", key), lambda: self._setting(key, scope=scope)
        )

    def _setting(self, key: str, *, scope: Scope) -> str | None:
        with self._database.read(scope=scope) as connection:
            rows = connection.rows(
                "SELECT value FROM records_setting WHERE project = %s AND key = %s",
                (connection.project, key),
            )
        return optional_words(rows[0][0]) if rows else None

    def remember_setting(self, key: str, value: str, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            connection.run(
                "INSERT INTO records_setting (project, key, value) VALUES (%s, %s, %s)"
                " ON CONFLICT (project, key) DO UPDATE SET value = excluded.value",
                (connection.project, key, value),
            )

    def counts(self, *, scope: Scope) -> Mapping[str, int]:
        with self._database.snapshot(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            counts = {
                name: connection.number(f"SELECT count(*) FROM {what} {condition}", values)
                for name, what in _COUNTED.items()
            }
            mentions = _mentions_by(scope, condition)
            bound = (connection.project, *(values * 2 if scope.names_someone else ()))
            for name, counting in (("entities", "DISTINCT mention.entity"), ("mentions", "*")):
                counts[name] = connection.number(
                    f"SELECT count({counting}) FROM records_mention mention WHERE {mentions}", bound
                )
        return counts

    def participants(self, *, scope: Scope) -> Sequence[Participant]:
        with self._database.read(scope=scope) as connection:
            return participants(connection, scope)

    def size(self) -> int:
        with self._database.own_snapshot() as connection:
            return size(connection)

    def export(self, to: Path, *, scope: Scope) -> TransferReceipt:
        return export(self._tables(scope), to)

    def import_(self, path: Path, *, scope: Scope) -> TransferReceipt:
        with self._database.write(scope=scope) as connection:
            return import_(PostgresTables(connection), path, scope=scope)

    @contextmanager
    def _tables(self, scope: Scope) -> Iterator[PostgresTables]:
        with self._database.snapshot(scope=scope) as connection:
            yield PostgresTables(connection)

    def backup(self, to: Path) -> None:
        """Refuse: one project is no file here.

        Raises:
            StoreError: always.
        """
        raise StoreError(
            "projects in Postgres are backed up all together, with pg_dump; `export` writes one"
        )

    def verify(self) -> str:
        """Whether all that foreign keys can't see to holds together: "ok", or what is wrong."""
        with self._database.own_snapshot() as connection:
            return "; ".join(flaws(connection)) or "ok"

    def close(self) -> None:
        """Do nothing: connections are Django's."""


def _mentions_by(scope: Scope, condition: str) -> str:
    """Mentions by the rows that meet the condition."""
    standing = (
        "mention.project = %s AND NOT EXISTS (SELECT 1 FROM records_entity e"
        " WHERE e.project = mention.project AND e.seq = mention.entity"
        " AND e.merged_into IS NOT NULL)"
    )
    if not scope.names_someone:
        return standing
    return (
        f"{standing} AND mention.owner IN"
        f" (SELECT m.seq * 2 FROM records_memory m WHERE {condition}"
        f" UNION ALL SELECT m.seq * 2 + 1 FROM records_message m WHERE {condition})"
    )
