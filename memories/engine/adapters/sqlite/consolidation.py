"""What consolidation has looked at, and what was derived, in the file."""

import json
from collections.abc import Collection, Sequence

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import Kind, LinkKind, MemoryRecord, Scope
from memories.engine.storage.rows import MEMORY_COLUMNS, memory_of

_THESE = "SELECT seq FROM memories m WHERE m.id IN (SELECT value FROM json_each(?)) AND"


class SqliteConsolidation:
    """The ConsolidationStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, *, scope: Scope, limit: int) -> Sequence[MemoryRecord]:
        home = scope.home
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MEMORY_COLUMNS} FROM memories WHERE scope IN (SELECT seq FROM scopes"
                " WHERE user IS ? AND agent IS ? AND app IS ? AND (? IS NULL OR run = ?))"
                " AND derived_from = '[]' AND merged_into IS NULL AND superseded_by IS NULL"
                f" AND kind <> '{Kind.PROCEDURE}'"
                " AND NOT EXISTS (SELECT 1 FROM consolidated WHERE memory = seq)"
                " ORDER BY seq LIMIT ?",
                (home.user, home.agent, home.app, home.run, home.run, limit),
            )
        return [memory_of(row, within=scope) for row in rows]

    def settle(self, ids: Collection[str], *, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            connection.run(
                f"INSERT OR IGNORE INTO consolidated (memory) {_THESE} {condition}",
                (json.dumps(list(ids)), *values),
            )

    def renew(self, ids: Collection[str], *, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            connection.run(
                f"DELETE FROM consolidated WHERE memory IN ({_THESE} {condition})",
                (json.dumps(list(ids)), *values),
            )

    def resting_on(self, ids: Collection[str], *, scope: Scope) -> Sequence[MemoryRecord]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MEMORY_COLUMNS} FROM memories m WHERE m.seq IN (SELECT from_memory"
                " FROM links JOIN memories source ON source.seq = to_memory WHERE links.kind = ?"
                " AND source.id IN (SELECT value FROM json_each(?)))"
                f" AND {condition} ORDER BY m.seq",
                (LinkKind.DERIVED_FROM, json.dumps(list(ids)), *values),
            )
        return [memory_of(row, within=scope) for row in rows]
