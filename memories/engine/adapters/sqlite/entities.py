"""Entities in the file, with the forms they are known under and where they are mentioned."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.visibility import Condition, in_scope
from memories.engine.domain import Entity, EntityType, KnownEntity, Scope, Vector
from memories.engine.storage.names import forms_kept, fullest, name_columns
from memories.engine.storage.values import SqlValue, whole, words

_OWNER = """(
    SELECT seq * 2 FROM memories WHERE id = ? UNION ALL
    SELECT seq * 2 + 1 FROM messages WHERE id = ?
)"""

# Two people of a name settle that it does not tell who is meant.
_SETTLING: Final = 2


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
                "SELECT aliases.form, entities.id, entities.name, entities.type, entities.mentions,"
                " EXISTS (SELECT 1 FROM entity_vectors WHERE entity_vectors.entity = entities.seq)"
                " FROM json_each(?) AS wanted CROSS JOIN aliases ON aliases.form = wanted.value"
                f" AND aliases.home IN (SELECT seq FROM scopes m WHERE {condition})"
                " JOIN entities ON entities.seq = aliases.entity ORDER BY aliases.home",
                (json.dumps(sorted(forms)), *values),
            )
        found: dict[str, list[KnownEntity]] = {}
        for form, id_, name, type_, mentions, embedded in rows:
            entity = Entity(words(id_), words(name), EntityType(words(type_)))
            found.setdefault(words(form), []).append(
                KnownEntity(entity, whole(mentions), bool(embedded))
            )
        return found

    def people_opening(self, openings: Collection[str], *, scope: Scope) -> frozenset[str]:
        at_home, values = _at_home(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT name FROM json_each(?) AS wanted"
                f" CROSS JOIN entities ON opening = wanted.value AND {at_home}",
                (json.dumps(list(openings)), *values),
            )
        return frozenset(words(name) for (name,) in rows)

    def namesakes(self, names: Collection[str], *, scope: Scope) -> Sequence[Entity]:
        at_home, values = _at_home(scope)
        beginnings = {name[:end] for name in names for end, sign in enumerate(name) if sign == " "}
        going_on = (
            "SELECT people.seq FROM json_each(?) AS name CROSS JOIN entities AS people ON"
            " people.seq IN (SELECT seq FROM entities WHERE words > name.value || ' '"
            # The sign after the space: all that begin with the name and a space lie between.
            f" AND words < name.value || '!' AND {at_home} LIMIT {_SETTLING})"
        )
        with self._database.read() as connection:
            rows = connection.rows(
                f"SELECT id, name, type FROM entities WHERE seq IN ({going_on} UNION ALL"
                " SELECT seq FROM json_each(?) AS beginning CROSS JOIN entities"
                f" ON words = beginning.value AND {at_home}) ORDER BY seq",
                (json.dumps(sorted(names)), *values, json.dumps(sorted(beginnings)), *values),
            )
        return [
            Entity(words(id_), words(name), EntityType(words(type_))) for id_, name, type_ in rows
        ]

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        condition, values = in_scope(scope)
        mentioned = (
            "entities.seq IN ("
            "SELECT entity FROM mentions JOIN memories m ON owner = m.seq * 2"
            f" WHERE {condition} UNION "
            "SELECT entity FROM mentions JOIN messages m ON owner = m.seq * 2 + 1"
            f" WHERE {condition})"
        )
        return self._select(mentioned, [*values, *values])

    def _select(self, condition: str, values: Sequence[SqlValue]) -> Sequence[Entity]:
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT entities.id, name, type, (SELECT json_group_array(surface) FROM aliases"
                " WHERE entity = entities.seq AND surface <> name) FROM entities"
                f" WHERE {condition} ORDER BY entities.seq",
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
            _note_name(connection, seq, entity.name, entity.type)
            connection.run(
                "INSERT INTO aliases (home, form, entity, surface) VALUES (?, ?, ?, ?)",
                (home, form, seq, entity.name),
            )

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        at_home, values = _at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO aliases (home, form, entity, surface)"
                f" SELECT home, ?, seq, ? FROM entities WHERE id = ? AND {at_home}",
                (form, surface, entity_id, *values),
            )
            if fuller:
                for seq, type_ in connection.rows(
                    f"SELECT seq, type FROM entities WHERE id = ? AND {at_home}",
                    (entity_id, *values),
                ):
                    _note_name(connection, whole(seq), surface, words(type_))

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
        at_home, values = _at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO mentions (entity, owner, surface, score, reason)"
                f" SELECT seq, {_OWNER}, ?, ?, ? FROM entities WHERE id = ? AND {at_home}",
                (owner_id, owner_id, surface, score, reason, entity_id, *values),
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
        at_home, values = _at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO entity_vectors (entity, scope, vector)"
                f" SELECT seq, home, ? FROM entities WHERE id = ? AND {at_home}",
                (vector.tobytes(), entity_id, *values),
            )

    def drop_vectors(self, *, scope: Scope) -> Sequence[Entity]:
        condition, values = in_scope(scope.home)
        embedded = self._select(
            "entities.seq IN (SELECT entity FROM entity_vectors)"
            f" AND entities.home IN (SELECT seq FROM scopes m WHERE {condition})",
            values,
        )
        with self._database.write() as connection:
            connection.run(
                "DELETE FROM entity_vectors"
                f" WHERE scope IN (SELECT seq FROM scopes m WHERE {condition})",
                values,
            )
        return embedded

    def unmention(self, owner_id: str, *, scope: Scope) -> None:
        at_home, values = _at_home(scope)
        with self._database.write() as connection:
            connection.run(
                f"DELETE FROM mentions WHERE owner IN {_OWNER}"
                f" AND entity IN (SELECT seq FROM entities WHERE {at_home})",
                (owner_id, owner_id, *values),
            )

    def mentioned_by(self, owner_ids: Collection[str], *, scope: Scope) -> frozenset[str]:
        condition, values = in_scope(scope.home)
        wanted = json.dumps(list(owner_ids))
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT DISTINCT entities.id FROM ("
                " SELECT seq * 2 AS owner FROM memories"
                "  WHERE id IN (SELECT value FROM json_each(?)) UNION ALL"
                " SELECT seq * 2 + 1 FROM messages"
                "  WHERE id IN (SELECT value FROM json_each(?))) AS owners"
                " JOIN mentions ON mentions.owner = owners.owner"
                " JOIN entities ON entities.seq = mentions.entity"
                f" JOIN scopes m ON m.seq = entities.home WHERE {condition}",
                (wanted, wanted, *values),
            )
        return frozenset(words(id_) for (id_,) in rows)

    def prune(self, entity_ids: Collection[str] | None, *, scope: Scope) -> int:
        chosen, bound = _at_home(scope)
        if entity_ids is not None:
            chosen += " AND id IN (SELECT value FROM json_each(?))"
            bound = [*bound, json.dumps(sorted(entity_ids))]
        with self._database.write() as connection:
            deleted = connection.run(
                f"DELETE FROM entities WHERE {chosen} AND seq NOT IN (SELECT entity FROM mentions)",
                bound,
            )
            rows = connection.rows(f"SELECT seq, name, type FROM entities WHERE {chosen}", bound)
            for seq, name, type_ in rows:
                _forget_unsaid_names(connection, whole(seq), words(name), words(type_))
        return deleted


def note_names(connection: Connection) -> None:
    """Let the people be found who were stored without what they are looked up by."""
    for seq, name, type_ in connection.rows(
        "SELECT seq, name, type FROM entities WHERE words IS NULL AND type = 'person'"
    ):
        _note_name(connection, whole(seq), words(name), words(type_))


def _note_name(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Give an entity its name, with what a person is looked up by."""
    columns = name_columns(name, type_)
    connection.run(
        f"UPDATE entities SET {', '.join(f'{each} = ?' for each in columns)} WHERE seq = ?",
        (*columns.values(), seq),
    )


def _at_home(scope: Scope) -> Condition:
    """Entities that belong to whom the scope names."""
    condition, values = in_scope(scope.home)
    return f"home IN (SELECT seq FROM scopes m WHERE {condition})", values


def _forget_unsaid_names(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Drop an entity's forms that none of the texts that mention it holds any more."""
    texts = connection.rows(
        "SELECT versions.text FROM mentions JOIN versions ON versions.memory = owner / 2"
        " WHERE entity = ? AND owner % 2 = 0 UNION ALL"
        " SELECT messages.text FROM mentions JOIN messages ON messages.seq = owner / 2"
        " WHERE entity = ? AND owner % 2 = 1",
        (seq, seq),
    )
    mentioned = connection.rows("SELECT surface FROM mentions WHERE entity = ?", (seq,))
    forms = {
        words(form): words(surface)
        for form, surface in connection.rows(
            "SELECT form, surface FROM aliases WHERE entity = ?", (seq,)
        )
    }
    kept = forms_kept(
        forms,
        said=(words(text) for (text,) in texts),
        mentioned=(words(surface) for (surface,) in mentioned),
    )
    if kept == forms:
        return
    connection.run("DELETE FROM aliases WHERE entity = ?", (seq,))
    for form, surface in kept.items():
        connection.run(
            "INSERT OR IGNORE INTO aliases (home, form, entity, surface)"
            " SELECT home, ?, seq, ? FROM entities WHERE seq = ?",
            (form, surface, seq),
        )
    if name not in kept.values():
        _note_name(connection, seq, fullest(kept.values()), type_)
        # It stands for the old name; the next ingest that mentions the entity gives a new one.
        connection.run("DELETE FROM entity_vectors WHERE entity = ?", (seq,))
