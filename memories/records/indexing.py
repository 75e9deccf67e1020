"""What an index apart from the database is made of, and what it has to look at again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from memories.engine.domain import IndexedEntity, IndexedRow, Scope
from memories.engine.storage.values import whole, words
from memories.records.connection import Connection
from memories.records.database import Database
from memories.records.indexed import indexed_entities, indexed_memories, indexed_messages

ChangedKind: TypeAlias = Literal["row", "entity"]


@dataclass(frozen=True, slots=True)
class Change:
    """A memory or message, or an entity, that was changed, added or deleted.

    Attributes:
        kind: `row` for a memory or message.
        id: its.
        number: of the change; a later one has another.
    """

    kind: ChangedKind
    id: str
    number: int


class IndexSource:
    """What one project's index holds and what it has not heard of yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def changes(self, limit: int, *, scope: Scope) -> Sequence[Change]:
        """At most so many notes that are not settled, oldest first; there from the commit on."""
        with self._database.read(scope=scope) as connection:
            rows = connection.rows(
                "SELECT kind, ref, number FROM records_change WHERE project = %s"
                " ORDER BY number LIMIT %s",
                (connection.project, limit),
            )
        return [
            Change("row" if kind == "row" else "entity", words(ref), whole(number))
            for kind, ref, number in rows
        ]

    def settle(self, changes: Sequence[Change], *, scope: Scope) -> None:
        """Take notes away that the index was brought up to date with.

        A note stays that has another number by now, or is just being given one.
        """
        with self._database.read(scope=scope) as connection:
            connection.run(
                "DELETE FROM records_change WHERE (project, kind, ref) IN ("
                "SELECT c.project, c.kind, c.ref"
                " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS settled (kind, ref, number)"
                " JOIN records_change c ON c.project = %s AND c.kind = settled.kind"
                " AND c.ref = settled.ref AND c.number = settled.number"
                # Waiting for a writer, who may want another of these, would never end.
                " FOR UPDATE OF c SKIP LOCKED)",
                (
                    [str(change.kind) for change in changes],
                    [change.id for change in changes],
                    [change.number for change in changes],
                    connection.project,
                ),
            )

    def look_again(self, *, scope: Scope) -> None:
        """Leave a note of nothing, so that whoever settles finds out that all is told."""
        with self._database.read(scope=scope) as connection:
            connection.run(
                "INSERT INTO records_change (project, kind, ref)"
                " SELECT number, 'row', '' FROM records_project WHERE number = %s"
                " ON CONFLICT DO NOTHING",
                (connection.project,),
            )

    def rows_to_index(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, IndexedRow]:
        """Memories and messages by id, all of one moment; those that are gone are left out."""
        with self._database.snapshot(scope=scope) as connection:
            return {
                **indexed_memories(connection, ids, scope),
                **indexed_messages(connection, ids, scope),
            }

    def entities_to_index(
        self, ids: Collection[str], *, scope: Scope
    ) -> Mapping[str, IndexedEntity]:
        """Entities by id; those that are gone are left out."""
        with self._database.read(scope=scope) as connection:
            return indexed_entities(connection, ids, scope)

    def row_ids(self, *, scope: Scope, after: str, limit: int) -> Sequence[str]:
        """Ids of memories and messages in their own order.

        Args:
            scope: the project.
            after: the last one of the page before; empty to begin.
            limit: at most so many.
        """
        with self._database.read(scope=scope) as connection:
            return _ids(connection, ("records_memory", "records_message"), after, limit)

    def entity_ids(self, *, scope: Scope, after: str, limit: int) -> Sequence[str]:
        """Ids of entities, likewise."""
        with self._database.read(scope=scope) as connection:
            return _ids(connection, ("records_entity",), after, limit)


def _ids(connection: Connection, tables: Sequence[str], after: str, limit: int) -> Sequence[str]:
    of_each = " UNION ALL ".join(
        f"(SELECT id FROM {table} WHERE project = %s AND id > %s ORDER BY id LIMIT %s)"
        for table in tables
    )
    rows = connection.rows(
        f"SELECT id FROM ({of_each}) AS each ORDER BY id LIMIT %s",
        (*(connection.project, after, limit) * len(tables), limit),
    )
    return [words(id_) for (id_,) in rows]
