"""Entities in the file, with the forms they are known under and where they are mentioned."""

import json
from collections.abc import Collection, Mapping, Sequence

from memories.engine.adapters.sqlite.connection import optional_words, whole, words
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import Entity, EntityType, KnownEntity, Scope, Vector

_OWNER = """(
    SELECT seq * 2 FROM memories WHERE id = ? UNION ALL
    SELECT seq * 2 + 1 FROM messages WHERE id = ?
)"""


class SqliteEntities:
    """The EntityStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_forms(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT aliases.form, entities.id, entities.name, entities.type,"
                " (SELECT count(*) FROM mentions WHERE mentions.entity = entities.seq),"
                " EXISTS (SELECT 1 FROM entity_vectors WHERE entity_vectors.entity = entities.seq)"
                " FROM json_each(?) AS wanted JOIN aliases ON aliases.form = wanted.value"
                " JOIN scopes m ON m.seq = aliases.home"
                f" JOIN entities ON entities.seq = aliases.entity WHERE {condition}",
                (json.dumps(sorted(forms)), *values),
            )
        found: dict[str, list[KnownEntity]] = {}
        for form, id_, name, type_, mentions, embedded in rows:
            entity = Entity(words(id_), words(name), EntityType(words(type_)))
            found.setdefault(words(form), []).append(
                KnownEntity(entity, whole(mentions), bool(embedded))
            )
        return found

    def people(self, *, scope: Scope) -> Sequence[Entity]:
        return self._select("entities.type = 'person'", scope=scope)

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        return self._select("1", scope=scope)

    def _select(self, condition: str, *, scope: Scope) -> Sequence[Entity]:
        scope_condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT entities.id, name, type, (SELECT json_group_array(surface) FROM aliases"
                " WHERE entity = entities.seq AND surface <> name) FROM entities"
                f" JOIN scopes m ON m.seq = entities.home WHERE {condition} AND {scope_condition}"
                " ORDER BY entities.seq",
                values,
            )
        return [
            Entity(words(id_), words(name), EntityType(words(type_)), tuple(json.loads(words(a))))
            for id_, name, type_, a in rows
        ]

    def add(self, entity: Entity, *, form: str, scope: Scope) -> None:
        with self._database.write() as connection:
            home = number_of(connection, scope.home)
            seq = connection.insert(
                "INSERT INTO entities (id, home, name, type) VALUES (?, ?, ?, ?)",
                (entity.id, home, entity.name, entity.type),
            )
            connection.run(
                "INSERT INTO aliases (home, form, entity, surface) VALUES (?, ?, ?, ?)",
                (home, form, seq, entity.name),
            )

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO aliases (home, form, entity, surface)"
                " SELECT home, ?, seq, ? FROM entities WHERE id = ?",
                (form, surface, entity_id),
            )
            if fuller:
                connection.run("UPDATE entities SET name = ? WHERE id = ?", (surface, entity_id))

    def mention(
        self,
        entity_id: str,
        owner_id: str,
        *,
        surface: str,
        score: float,
        reason: str,
        scope: Scope,
    ) -> None:
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO mentions (entity, owner, surface, score, reason)"
                f" SELECT seq, {_OWNER}, ?, ?, ? FROM entities WHERE id = ?",
                (owner_id, owner_id, surface, score, reason, entity_id),
            )

    def named_by(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[str]]:
        condition, values = in_scope(scope.home)
        wanted = json.dumps(list(owner_ids))
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT owners.id, entities.name FROM ("
                " SELECT id, seq * 2 AS owner FROM memories"
                "  WHERE id IN (SELECT value FROM json_each(?)) UNION ALL"
                " SELECT id, seq * 2 + 1 FROM messages"
                "  WHERE id IN (SELECT value FROM json_each(?))) AS owners"
                " JOIN mentions ON mentions.owner = owners.owner"
                " JOIN entities ON entities.seq = mentions.entity"
                f" JOIN scopes m ON m.seq = entities.home WHERE {condition} ORDER BY entities.seq",
                (wanted, wanted, *values),
            )
        found: dict[str, list[str]] = {}
        for owner_id, name in rows:
            found.setdefault(words(owner_id), []).append(words(name))
        return found

    def embed(self, entity_id: str, *, vector: Vector, scope: Scope) -> None:
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO entity_vectors (entity, scope, vector)"
                " SELECT seq, home, ? FROM entities WHERE id = ?",
                (vector.tobytes(), entity_id),
            )

    def drop_vectors(self, *, scope: Scope) -> Sequence[Entity]:
        embedded = self._select("entities.seq IN (SELECT entity FROM entity_vectors)", scope=scope)
        condition, values = in_scope(scope.home)
        with self._database.write() as connection:
            connection.run(
                "DELETE FROM entity_vectors"
                f" WHERE scope IN (SELECT seq FROM scopes m WHERE {condition})",
                values,
            )
        return embedded

    def unmention(self, owner_id: str, *, scope: Scope) -> None:
        with self._database.write() as connection:
            connection.run(f"DELETE FROM mentions WHERE owner IN {_OWNER}", (owner_id, owner_id))

    def prune(self, *, scope: Scope) -> int:
        condition, values = in_scope(scope.home)
        with self._database.write() as connection:
            return connection.run(
                "DELETE FROM entities WHERE seq NOT IN (SELECT entity FROM mentions)"
                f" AND home IN (SELECT seq FROM scopes m WHERE {condition})",
                values,
            )

    def name_of(self, entity_id: str, *, scope: Scope) -> str | None:
        condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT name FROM entities JOIN scopes m ON m.seq = entities.home"
                f" WHERE entities.id = ? AND {condition}",
                (entity_id, *values),
            )
        return optional_words(rows[0][0]) if rows else None
