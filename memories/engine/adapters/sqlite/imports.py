"""Imports that are under way, in the file."""

import json
from collections.abc import Collection, Sequence

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import ImportPart, ImportStage, ImportTerms, Scope, Tally
from memories.engine.storage.importing import (
    PART_COLUMNS,
    part_columns,
    part_of,
    tally_column,
    terms_column,
    terms_of,
)

_OPEN = f"('{ImportStage.KEPT}', '{ImportStage.ASKED}')"


class SqliteImports:
    """The ImportStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, terms: ImportTerms, *, scope: Scope) -> ImportTerms:
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO imports (id, terms) VALUES (?, ?)",
                (terms.id, terms_column(terms)),
            )
            return self.find(terms.id, scope=scope) or terms

    def find(self, import_id: str, *, scope: Scope) -> ImportTerms | None:
        with self._database.read() as connection:
            rows = connection.rows("SELECT terms FROM imports WHERE id = ?", (import_id,))
        return terms_of(rows[0][0]) if rows else None

    def add_part(self, import_id: str, part: ImportPart, *, scope: Scope) -> None:
        with self._database.write() as connection:
            columns = part_columns(part)
            connection.run(
                f"INSERT OR IGNORE INTO import_parts (import, scope, {', '.join(columns)})"
                f" VALUES (?, ?, {', '.join('?' * len(columns))})",
                (import_id, number_of(connection, part.scope), *columns.values()),
            )

    def parts(self, import_id: str, *, scope: Scope) -> Sequence[ImportPart]:
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {PART_COLUMNS}, user, agent, app, run FROM import_parts"
                " JOIN scopes ON scopes.seq = scope WHERE import = ? ORDER BY number",
                (import_id,),
            )
        return [part_of(row, within=scope) for row in rows]

    def note_asked(
        self, import_id: str, numbers: Collection[int], *, batch: str, scope: Scope
    ) -> None:
        with self._database.write() as connection:
            connection.run(
                "UPDATE import_parts SET stage = ?, batch = ? WHERE import = ?"
                f" AND stage IN {_OPEN} AND number IN (SELECT value FROM json_each(?))",
                (ImportStage.ASKED, batch, import_id, json.dumps(list(numbers))),
            )

    def settle(
        self, import_id: str, number: int, stage: ImportStage, tally: Tally, *, scope: Scope
    ) -> bool:
        with self._database.write() as connection:
            changed = connection.run(
                "UPDATE import_parts SET stage = ?, tally = ? WHERE import = ? AND number = ?"
                f" AND stage IN {_OPEN}",
                (stage, tally_column(tally), import_id, number),
            )
        return changed == 1

    def forget(self, *, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            connection.run(
                "DELETE FROM import_parts WHERE scope IN"
                f" (SELECT m.seq FROM scopes m WHERE {condition})",
                values,
            )
            if not scope.names_someone:
                connection.run("DELETE FROM imports")
