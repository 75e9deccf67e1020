"""What consolidation has looked at, and what was derived, in Postgres."""

from collections.abc import Collection, Sequence

from memories.engine.domain import Kind, LinkKind, MemoryRecord, Scope
from memories.engine.storage.rows import memory_of
from memories.records.columns import MEMORY
from memories.records.database import Database
from memories.records.visibility import in_scope


class PostgresConsolidation:
    """The ConsolidationStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, *, scope: Scope, limit: int) -> Sequence[MemoryRecord]:
        home = scope.home
        with self._database.read(scope=scope) as connection:
            rows = connection.fields(
                f"SELECT {MEMORY} FROM records_memory m WHERE m.project = %s AND m.scope IN"
                " (SELECT s.seq FROM records_scope s WHERE s.project = %s"
                ' AND s."user" IS NOT DISTINCT FROM %s AND s.agent IS NOT DISTINCT FROM %s'
                " AND s.app IS NOT DISTINCT FROM %s AND (%s::text IS NULL OR s.run = %s))"
                " AND m.derived_from = '[]' AND m.merged_into IS NULL AND m.superseded_by IS NULL"
                f" AND m.kind <> '{Kind.PROCEDURE}'"
                " AND NOT EXISTS (SELECT 1 FROM records_consolidated looked_at"
                " WHERE looked_at.project = m.project AND looked_at.memory = m.seq)"
                " ORDER BY m.seq LIMIT %s",
                (
                    *(connection.project, connection.project),
                    *(home.user, home.agent, home.app, home.run, home.run, limit),
                ),
            )
        return [memory_of(row, within=scope) for row in rows]

    def settle(self, ids: Collection[str], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            connection.run(
                "INSERT INTO records_consolidated (project, memory) SELECT m.project, m.seq"
                f" FROM records_memory m WHERE {condition} AND m.id = ANY(%s::text[])"
                " ON CONFLICT DO NOTHING",
                (*values, list(ids)),
            )

    def renew(self, ids: Collection[str], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            connection.run(
                "DELETE FROM records_consolidated looked_at WHERE looked_at.project = %s"
                " AND looked_at.memory IN"
                f" (SELECT m.seq FROM records_memory m WHERE {condition}"
                " AND m.id = ANY(%s::text[]))",
                (connection.project, *values, list(ids)),
            )

    def resting_on(self, ids: Collection[str], *, scope: Scope) -> Sequence[MemoryRecord]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {MEMORY} FROM records_memory m WHERE {condition} AND m.seq IN"
                " (SELECT link.from_memory FROM records_link link JOIN records_memory source"
                " ON source.project = link.project AND source.seq = link.to_memory"
                " WHERE link.project = %s AND link.kind = %s AND source.id = ANY(%s::text[]))"
                " ORDER BY m.seq",
                (*values, connection.project, LinkKind.DERIVED_FROM, list(ids)),
            )
        return [memory_of(row, within=scope) for row in rows]
