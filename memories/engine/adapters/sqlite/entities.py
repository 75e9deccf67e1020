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
from memories.engine.text.forms import form_of

_OWNER = """(
    SELECT seq * 2 FROM memories WHERE id = ? UNION ALL
    SELECT seq * 2 + 1 FROM messages WHERE id = ?
)"""

_UNUSED: Final = (
    "AND seq NOT IN (SELECT entity FROM mentions)"
    " AND NOT EXISTS (SELECT 1 FROM mentions WHERE came_from = entities.seq)"
    " AND NOT EXISTS (SELECT 1 FROM entities other WHERE other.merged_into = entities.seq)"
)
# Two people of a name settle that it does not tell who is meant.
_SETTLING: Final = 2


class SqliteEntities:
    """The EntityStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_forms(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        return self._known("SELECT home, form, entity FROM aliases", forms, scope=scope)

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """As `with_forms`, also those that are called so for short."""
        either = (
            "SELECT home, form, entity FROM aliases UNION ALL"
            " SELECT home, short, entity FROM short_forms"
        )
        return self._known(either, forms, scope=scope)

    def _known(
        self, names: str, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT DISTINCT names.form, entities.id, entities.name, entities.type,"
                " entities.mentions, EXISTS (SELECT 1 FROM entity_vectors"
                "  WHERE entity_vectors.entity = entities.seq)"
                f" FROM ({names}) AS names JOIN entities ON entities.seq = names.entity"
                " WHERE names.form IN (SELECT value FROM json_each(?))"
                f" AND names.home IN (SELECT seq FROM scopes m WHERE {condition})"
                " ORDER BY entities.home, entities.seq",
                (json.dumps(sorted(forms)), *values),
            )
        found: dict[str, list[KnownEntity]] = {}
        for form, id_, name, type_, mentions, embedded in rows:
            known = KnownEntity(_entity(id_, name, type_), whole(mentions), bool(embedded))
            found.setdefault(words(form), []).append(known)
        return found

    def people_opening(self, openings: Collection[str], *, scope: Scope) -> frozenset[str]:
        home, values = at_home(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT name FROM json_each(?) AS wanted"
                f" CROSS JOIN entities ON opening = wanted.value AND {home}",
                (json.dumps(list(openings)), *values),
            )
        return frozenset(words(name) for (name,) in rows)

    def called(self, shorts: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[Entity]]:
        condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT wanted.value, entities.id, name, entities.type FROM json_each(?) AS wanted"
                " CROSS JOIN entities ON seq IN (SELECT entity FROM short_forms"
                f" WHERE home IN (SELECT seq FROM scopes m WHERE {condition})"
                f" AND short = wanted.value ORDER BY entity LIMIT {_SETTLING}) ORDER BY seq",
                (json.dumps(sorted(shorts)), *values),
            )
        found: dict[str, list[Entity]] = {}
        for short, *entity in rows:
            found.setdefault(words(short), []).append(_entity(*entity))
        return found

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Entity]:
        home, values = at_home(scope)
        found = self._select(
            f"{home} AND id IN (SELECT value FROM json_each(?))",
            [*values, json.dumps(sorted(ids))],
        )
        return {entity.id: entity for entity in found}

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        condition, values = in_scope(scope)
        mentioned = (
            "entities.merged_into IS NULL AND entities.seq IN ("
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
            note_name(connection, seq, entity.name, entity.type)
            connection.run(
                "INSERT INTO aliases (home, form, entity, surface) VALUES (?, ?, ?, ?)",
                (home, form, seq, entity.name),
            )

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        home, values = at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO aliases (home, form, entity, surface)"
                f" SELECT home, ?, seq, ? FROM entities WHERE id = ? AND {home}",
                (form, surface, entity_id, *values),
            )
            if fuller:
                for seq, type_ in connection.rows(
                    f"SELECT seq, type FROM entities WHERE id = ? AND {home}",
                    (entity_id, *values),
                ):
                    note_name(connection, whole(seq), surface, words(type_))

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
        home, values = at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO mentions (entity, owner, surface, score, reason, came_from)"
                f" SELECT seq, {_OWNER}, ?, ?, ?, (SELECT came_from FROM aliases WHERE form = ?"
                " AND aliases.home = entities.home AND entity = entities.seq)"
                f" FROM entities WHERE id = ? AND {home}",
                (
                    *(owner_id, owner_id, surface, score, reason, form_of(surface)),
                    *(entity_id, *values),
                ),
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
                f" JOIN scopes m ON m.seq = entities.home WHERE {condition}"
                " AND entities.merged_into IS NULL ORDER BY entities.seq",
                (wanted, wanted, *values),
            )
        found: dict[str, list[str]] = {}
        for owner_id, name in rows:
            found.setdefault(words(owner_id), []).append(words(name))
        return found

    def embed(self, entity_id: str, *, vector: Vector, scope: Scope) -> None:
        home, values = at_home(scope)
        with self._database.write() as connection:
            connection.run(
                "INSERT OR IGNORE INTO entity_vectors (entity, scope, vector)"
                f" SELECT seq, home, ? FROM entities WHERE id = ? AND {home}",
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
        home, values = at_home(scope)
        with self._database.write() as connection:
            connection.run(
                f"DELETE FROM mentions WHERE owner IN {_OWNER}"
                f" AND entity IN (SELECT seq FROM entities WHERE {home})",
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
                " JOIN entities ON entities.seq IN (mentions.entity, mentions.came_from)"
                f" JOIN scopes m ON m.seq = entities.home WHERE {condition}",
                (wanted, wanted, *values),
            )
        return frozenset(words(id_) for (id_,) in rows)

    def prune(self, entity_ids: Collection[str] | None, *, scope: Scope) -> int:
        chosen, bound = at_home(scope)
        if entity_ids is not None:
            chosen += " AND id IN (SELECT value FROM json_each(?))"
            bound = [*bound, json.dumps(sorted(entity_ids))]
        with self._database.write() as connection:
            deleted = 0
            # What others were merged into goes after them.
            while gone := connection.run(f"DELETE FROM entities WHERE {chosen} {_UNUSED}", bound):
                deleted += gone
            rows = connection.rows(
                f"SELECT seq, name, type, merged_into IS NULL FROM entities WHERE {chosen}"
                " ORDER BY merged_into IS NOT NULL",
                bound,
            )
            for seq, name, type_, stands in rows:
                forget = _forget_unsaid_names if stands else _forget_unsaid_name_of_merged
                forget(connection, whole(seq), words(name), words(type_))
        return deleted


def note_names(connection: Connection) -> None:
    """Let those be found who were stored without what they are looked up by."""
    for seq, name, type_ in connection.rows(
        "SELECT seq, name, type FROM entities"
        " WHERE seq NOT IN (SELECT entity FROM short_forms) AND merged_into IS NULL"
        " OR opening IS NULL AND type = 'person'"
    ):
        note_name(connection, whole(seq), words(name), words(type_))


def note_name(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Give an entity its name, with what it is looked up by."""
    columns = name_columns(name, type_)
    connection.run(
        f"UPDATE entities SET {', '.join(f'{each} = ?' for each in columns)} WHERE seq = ?",
        (*columns.values(), seq),
    )
    note_short_forms(connection, seq)


def note_short_forms(connection: Connection, seq: int) -> None:
    """Let an entity be called for short as it can be, and as what was merged into it can be."""
    connection.run("DELETE FROM short_forms WHERE entity = ?", (seq,))
    connection.run(
        "INSERT OR IGNORE INTO short_forms (home, short, entity)"
        " WITH RECURSIVE merged (seq) AS (SELECT ?1 UNION SELECT entities.seq FROM entities"
        "  JOIN merged ON entities.merged_into = merged.seq)"
        " SELECT root.home, value, ?1 FROM merged JOIN entities USING (seq)"
        " JOIN entities root ON root.seq = ?1 AND root.merged_into IS NULL,"
        " json_each(short_forms(entities.name, entities.type))",
        (seq,),
    )


def _entity(id_: SqlValue, name: SqlValue, type_: SqlValue) -> Entity:
    return Entity(words(id_), words(name), EntityType(words(type_)))


def at_home(scope: Scope) -> Condition:
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
    connection.run(
        "DELETE FROM aliases WHERE entity = ? AND form NOT IN (SELECT value FROM json_each(?))",
        (seq, json.dumps(list(kept))),
    )
    for form, surface in kept.items():
        connection.run(
            "INSERT INTO aliases (home, form, entity, surface)"
            " SELECT home, ?, seq, ? FROM entities WHERE seq = ?"
            " ON CONFLICT DO UPDATE SET surface = excluded.surface WHERE entity = excluded.entity",
            (form, surface, seq),
        )
    if name not in kept.values():
        note_name(connection, seq, fullest(kept.values()), type_)
        # It stands for the old name; the next ingest that mentions the entity gives a new one.
        connection.run("DELETE FROM entity_vectors WHERE entity = ?", (seq,))


def _forget_unsaid_name_of_merged(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Call a merged entity by a name that is still said, where its own is not."""
    said = [
        words(surface)
        for (surface,) in connection.rows(
            "SELECT surface FROM aliases WHERE came_from = ?1 UNION SELECT surface FROM mentions"
            " WHERE came_from = ?1 OR entity = ?1",
            (seq,),
        )
    ]
    if said and name not in said:
        note_name(connection, seq, fullest(said), type_)
