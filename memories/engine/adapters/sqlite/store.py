"""The RecordStore of one file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.consolidation import SqliteConsolidation
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.entities import SqliteEntities
from memories.engine.adapters.sqlite.imports import SqliteImports
from memories.engine.adapters.sqlite.memories import SqliteMemories
from memories.engine.adapters.sqlite.merges import SqliteMerges
from memories.engine.adapters.sqlite.messages import SqliteMessages
from memories.engine.adapters.sqlite.originals import SqliteOriginals
from memories.engine.adapters.sqlite.participants import participants
from memories.engine.adapters.sqlite.receipts import SqliteReceipts
from memories.engine.adapters.sqlite.tables import SqliteTables
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import Participant, Scope, TransferReceipt
from memories.engine.storage.transfer import export, import_
from memories.engine.storage.values import optional_words, words


class SqliteRecords:
    """Messages, memories and entities of one project, in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.messages = SqliteMessages(database)
        self.memories = SqliteMemories(database)
        self.entities = SqliteEntities(database)
        self.originals = SqliteOriginals(database)
        self.merges = SqliteMerges(database)
        self.receipts = SqliteReceipts(database)
        self.consolidation = SqliteConsolidation(database)
        self.imports = SqliteImports(database)

    def reading(self, *, scope: Scope) -> AbstractContextManager[object]:
        return self._database.read()

    def writing(self, *, scope: Scope) -> AbstractContextManager[Connection]:
        return self._database.write()

    def setting(self, key: str, *, scope: Scope) -> str | None:
        with self._database.read() as connection:
            rows = connection.rows("SELECT value FROM meta WHERE key = ?", (f"setting:{key}",))
        return optional_words(rows[0][0]) if rows else None

    def remember_setting(self, key: str, value: str, *, scope: Scope) -> None:
        with self._database.write() as connection:
            connection.run(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (f"setting:{key}", value)
            )

    def counts(self, *, scope: Scope) -> Mapping[str, int]:
        condition, values = in_scope(scope)
        counted = {
            "messages": "SELECT count(*) FROM messages m WHERE",
            "memories": "SELECT count(*) FROM memories m WHERE merged_into IS NULL AND",
            "merged": "SELECT count(*) FROM memories m WHERE merged_into IS NOT NULL AND",
            "superseded": "SELECT count(*) FROM memories m WHERE superseded_by IS NOT NULL AND",
            "passages": "SELECT count(*) FROM passages JOIN scopes m ON m.seq = scope WHERE",
            "embedded": (
                "SELECT count(*) FROM passages JOIN scopes m ON m.seq = scope"
                " WHERE vector IS NOT NULL AND"
            ),
            "originals": (
                "SELECT count(*) FROM originals JOIN messages m ON m.seq = message"
                " WHERE content IS NOT NULL AND"
            ),
        }
        mentions = (
            "FROM mentions WHERE entity NOT IN (SELECT seq FROM entities"
            " WHERE merged_into IS NOT NULL)"
            f" AND owner IN (SELECT m.seq * 2 FROM memories m WHERE {condition}"
            f" UNION ALL SELECT m.seq * 2 + 1 FROM messages m WHERE {condition})"
        )
        with self._database.read() as connection:
            counts = {
                name: connection.number(f"{sql} {condition}", values)
                for name, sql in counted.items()
            }
            for name, counting in (("entities", "DISTINCT entity"), ("mentions", "*")):
                counts[name] = connection.number(
                    f"SELECT count({counting}) {mentions}", [*values, *values]
                )
        return counts

    def participants(self, *, scope: Scope) -> Sequence[Participant]:
        with self._database.read() as connection:
            return participants(connection, scope)

    def size(self) -> int:
        log = self._database.path.with_name(self._database.path.name + "-wal")
        return self._database.path.stat().st_size + (log.stat().st_size if log.exists() else 0)

    def export(self, to: Path, *, scope: Scope) -> TransferReceipt:
        return export(self._tables(), to)

    def import_(self, path: Path, *, scope: Scope) -> TransferReceipt:
        with self._database.write() as connection:
            return import_(SqliteTables(connection), path, scope=scope)

    @contextmanager
    def _tables(self) -> Iterator[SqliteTables]:
        with self._database.read() as connection:
            yield SqliteTables(connection)

    def backup(self, to: Path) -> None:
        self._database.backup(to)

    def verify(self) -> str:
        with self._database.read() as connection:
            return words(connection.rows("PRAGMA integrity_check")[0][0])

    def close(self) -> None:
        self._database.close()
