"""Imports that are under way, in Postgres."""

from collections.abc import Collection, Sequence

from memories.engine.domain import ImportPart, ImportStage, ImportTerms, Scope, Tally
from memories.engine.storage.importing import (
    PART_COLUMNS,
    part_columns,
    part_of,
    tally_column,
    terms_column,
    terms_of,
)
from memories.records.connection import Bound
from memories.records.database import Database
from memories.records.visibility import in_scope, number_of

_OPEN = f"('{ImportStage.KEPT}', '{ImportStage.ASKED}')"


class PostgresImports:
    """The ImportStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, terms: ImportTerms, *, scope: Scope) -> ImportTerms:
        with self._database.write(scope=scope) as connection:
            connection.run(
                "INSERT INTO records_import (project, id, terms) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (connection.project, terms.id, terms_column(terms)),
            )
            return self.find(terms.id, scope=scope) or terms

    def find(self, import_id: str, *, scope: Scope) -> ImportTerms | None:
        with self._database.read(scope=scope) as connection:
            rows = connection.rows(
                "SELECT terms FROM records_import WHERE project = %s AND id = %s",
                (connection.project, import_id),
            )
        return terms_of(rows[0][0]) if rows else None

    def add_part(self, import_id: str, part: ImportPart, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            columns: dict[str, Bound] = {
                "project": connection.project,
                "import": import_id,
                "scope": number_of(connection, part.scope),
                **part_columns(part),
            }
            connection.run(
                f"INSERT INTO records_import_part ({', '.join(columns)})"
                f" VALUES ({', '.join(['%s'] * len(columns))}) ON CONFLICT DO NOTHING",
                columns.values(),
            )

    def parts(self, import_id: str, *, scope: Scope) -> Sequence[ImportPart]:
        with self._database.read(scope=scope) as connection:
            rows = connection.fields(
                f'SELECT {PART_COLUMNS}, s."user", s.agent, s.app, s.run'
                " FROM records_import_part x JOIN records_scope s"
                " ON s.project = x.project AND s.seq = x.scope"
                " WHERE x.project = %s AND x.import = %s ORDER BY number",
                (connection.project, import_id),
            )
        return [part_of(row, within=scope) for row in rows]

    def note_asked(
        self, import_id: str, numbers: Collection[int], *, batch: str, scope: Scope
    ) -> None:
        with self._database.write(scope=scope) as connection:
            connection.run(
                "UPDATE records_import_part SET stage = %s, batch = %s WHERE project = %s"
                f" AND import = %s AND stage IN {_OPEN} AND number = ANY(%s::integer[])",
                (ImportStage.ASKED, batch, connection.project, import_id, list(numbers)),
            )

    def settle(
        self, import_id: str, number: int, stage: ImportStage, tally: Tally, *, scope: Scope
    ) -> bool:
        with self._database.write(scope=scope) as connection:
            changed = connection.run(
                "UPDATE records_import_part SET stage = %s, tally = %s WHERE project = %s"
                f" AND import = %s AND number = %s AND stage IN {_OPEN}",
                (stage, tally_column(tally), connection.project, import_id, number),
            )
        return changed == 1

    def forget(self, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            connection.run(
                "DELETE FROM records_import_part x USING records_scope m"
                f" WHERE x.project = m.project AND x.scope = m.seq AND {condition}",
                values,
            )
            if not scope.names_someone:
                connection.run(
                    "DELETE FROM records_import WHERE project = %s", (connection.project,)
                )
