"""Entities in Postgres, with the forms they are known under and where they are mentioned."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from memories.engine.domain import Entity, EntityType, KnownEntity, Scope, Vector
from memories.engine.storage.names import forms_kept, fullest, name_columns
from memories.engine.storage.values import whole, words
from memories.records.connection import Bound, Connection
from memories.records.database import Database
from memories.records.visibility import at_home, number_of, of_scope

# Of the memory or message of an id.
_OWNER: Final = (
    "(SELECT seq * 2 FROM records_memory WHERE project = %s AND id = %s"
    " UNION ALL SELECT seq * 2 + 1 FROM records_message WHERE project = %s AND id = %s)"
)
_OWNERS: Final = (
    "(SELECT id, seq * 2 AS number FROM records_memory"
    " WHERE project = %s AND id = ANY(%s::text[])"
    " UNION ALL SELECT id, seq * 2 + 1 FROM records_message"
    " WHERE project = %s AND id = ANY(%s::text[]))"
)
_MENTIONED: Final = (
    f"{_OWNERS} AS owner JOIN records_mention mention"
    " ON mention.project = %s AND mention.owner = owner.number"
    " JOIN records_entity e ON e.project = mention.project AND e.seq = mention.entity"
)
# As much of a name as its index holds.
_BEGINNING: Final = 200
# Two people of a name settle that it does not tell who is meant.
_SETTLING: Final = 2


class PostgresEntities:
    """The EntityStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_forms(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                "SELECT alias.form, e.id, e.name, e.type, e.mentions, e.vector IS NOT NULL"
                " FROM unnest(%s::text[]) AS wanted (form) JOIN records_alias alias"
                " ON md5(alias.form) = md5(wanted.form) AND alias.form = wanted.form"
                " JOIN records_entity e ON e.project = alias.project AND e.seq = alias.entity"
                f" WHERE {condition} AND alias.project = %s AND alias.home = e.home"
                " ORDER BY alias.home",
                (sorted(forms), *values, connection.project),
            )
        found: dict[str, list[KnownEntity]] = {}
        for form, id_, name, type_, mentions, embedded in rows:
            entity = Entity(words(id_), words(name), EntityType(words(type_)))
            found.setdefault(words(form), []).append(
                KnownEntity(entity, whole(mentions), bool(embedded))
            )
        return found

    def people_opening(self, openings: Collection[str], *, scope: Scope) -> frozenset[str]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                "SELECT e.name FROM unnest(%s::text[]) AS wanted (opening)"
                " JOIN records_entity e ON md5(e.opening) = md5(wanted.opening)"
                f" AND e.opening = wanted.opening WHERE {condition}",
                (list(openings), *values),
            )
        return frozenset(words(name) for (name,) in rows)

    def namesakes(self, names: Collection[str], *, scope: Scope) -> Sequence[Entity]:
        beginnings = {name[:end] for name in names for end, sign in enumerate(name) if sign == " "}
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            going_on = (
                "SELECT person.seq FROM unnest(%s::text[]) AS name (words) CROSS JOIN LATERAL"
                " (SELECT e.seq FROM records_entity e WHERE e.words > name.words || ' '"
                # The sign after the space: all that begin with the name and a space lie between.
                " AND e.words < name.words || '!'"
                f" AND left(e.words, {_BEGINNING}) >= left(name.words || ' ', {_BEGINNING})"
                f" AND left(e.words, {_BEGINNING}) <= left(name.words || '!', {_BEGINNING})"
                f" AND {condition} LIMIT {_SETTLING}) AS person"
            )
            beginning = (
                "SELECT e.seq FROM unnest(%s::text[]) AS beginning (words)"
                " JOIN records_entity e ON e.words = beginning.words"
                f" AND left(e.words, {_BEGINNING}) = left(beginning.words, {_BEGINNING})"
                f" WHERE {condition}"
            )
            rows = connection.rows(
                "SELECT id, name, type FROM records_entity WHERE project = %s"
                f" AND seq IN ({going_on} UNION ALL {beginning}) ORDER BY seq",
                (connection.project, sorted(names), *values, sorted(beginnings), *values),
            )
        return [
            Entity(words(id_), words(name), EntityType(words(type_))) for id_, name, type_ in rows
        ]

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        with self._database.read(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            mentioned = " UNION ALL ".join(
                f"SELECT mention.entity FROM {table} m JOIN records_mention mention"
                f" ON mention.project = m.project AND mention.owner = {owner} WHERE {condition}"
                for table, owner in (
                    ("records_memory", "m.seq * 2"),
                    ("records_message", "m.seq * 2 + 1"),
                )
            )
            return _entities(
                connection,
                f"e.project = %s AND e.seq IN ({mentioned})",
                [connection.project, *values, *values],
            )

    def add(self, entity: Entity, *, form: str, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            home = number_of(connection, scope.home)
            columns: dict[str, Bound] = {"id": entity.id, "home": home, "type": entity.type}
            seq = connection.insert(
                "records_entity", columns | name_columns(entity.name, entity.type)
            )
            _add_alias(connection, seq, form, entity.name)

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                f"SELECT e.seq, e.type FROM records_entity e WHERE {condition} AND e.id = %s",
                (*values, entity_id),
            )
            for seq, type_ in rows:
                _add_alias(connection, whole(seq), form, surface)
                if fuller:
                    name_entity(connection, whole(seq), surface, words(type_))

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
        with self._database.write(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            project = connection.project
            connection.run(
                "INSERT INTO records_mention (project, entity, owner, surface, score, reason)"
                f" SELECT e.project, e.seq, {_OWNER}, %s, %s, %s FROM records_entity e"
                f" WHERE {condition} AND e.id = %s ON CONFLICT DO NOTHING",
                (
                    *(project, owner_id, project, owner_id, surface, score, reason),
                    *(*values, entity_id),
                ),
            )

    def named_by(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                f"SELECT owner.id, e.name FROM {_MENTIONED} WHERE {condition} ORDER BY e.seq",
                (*_owners(connection, owner_ids), *values),
            )
        for owner_id, name in rows:
            found.setdefault(words(owner_id), []).append(words(name))
        return found

    def embed(self, entity_id: str, *, vector: Vector, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            connection.run(
                "UPDATE records_entity e SET vector = %s"
                f" WHERE {condition} AND e.id = %s AND e.vector IS NULL",
                (vector.tobytes(), *values, entity_id),
            )

    def drop_vectors(self, *, scope: Scope) -> Sequence[Entity]:
        with self._database.write(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            embedded = f"{condition} AND e.vector IS NOT NULL"
            entities = _entities(connection, embedded, values)
            connection.run(f"UPDATE records_entity e SET vector = NULL WHERE {embedded}", values)
        return entities

    def unmention(self, owner_id: str, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            project = connection.project
            connection.run(
                f"DELETE FROM records_mention WHERE project = %s AND owner IN {_OWNER}"
                f" AND entity IN (SELECT e.seq FROM records_entity e WHERE {condition})",
                (project, project, owner_id, project, owner_id, *values),
            )

    def mentioned_by(self, owner_ids: Collection[str], *, scope: Scope) -> frozenset[str]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                f"SELECT DISTINCT e.id FROM {_MENTIONED} WHERE {condition}",
                (*_owners(connection, owner_ids), *values),
            )
        return frozenset(words(id_) for (id_,) in rows)

    def prune(self, entity_ids: Collection[str] | None, *, scope: Scope) -> int:
        with self._database.write(scope=scope) as connection:
            chosen, values = at_home(connection, scope)
            if entity_ids is not None:
                chosen += " AND e.id = ANY(%s::text[])"
                values = [*values, sorted(entity_ids)]
            deleted = connection.run(
                f"DELETE FROM records_entity e WHERE {chosen} AND NOT EXISTS ("
                "SELECT 1 FROM records_mention mention"
                " WHERE mention.project = e.project AND mention.entity = e.seq)",
                values,
            )
            rows = connection.rows(
                f"SELECT e.seq, e.name, e.type FROM records_entity e WHERE {chosen}", values
            )
            for seq, name, type_ in rows:
                _forget_unsaid_names(connection, whole(seq), words(name), words(type_))
        return deleted


def name_entity(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Give an entity its name."""
    columns = name_columns(name, type_)
    connection.run(
        f"UPDATE records_entity SET {', '.join(f'{each} = %s' for each in columns)}"
        " WHERE project = %s AND seq = %s",
        (*columns.values(), connection.project, seq),
    )


def _owners(connection: Connection, owner_ids: Collection[str]) -> tuple[Bound, ...]:
    """Values of `_MENTIONED`."""
    project, ids = connection.project, list(owner_ids)
    return (project, ids, project, ids, project)


def _entities(connection: Connection, condition: str, values: Sequence[Bound]) -> Sequence[Entity]:
    rows = connection.rows(
        "SELECT e.id, e.name, e.type, coalesce((SELECT jsonb_agg(alias.surface ORDER BY alias.seq)"
        " FROM records_alias alias WHERE alias.project = e.project AND alias.entity = e.seq"
        f" AND alias.surface <> e.name), '[]') FROM records_entity e WHERE {condition}"
        " ORDER BY e.seq",
        values,
    )
    return [
        Entity(words(id_), words(name), EntityType(words(type_)), tuple(json.loads(words(aliases))))
        for id_, name, type_, aliases in rows
    ]


def _add_alias(connection: Connection, seq: int, form: str, surface: str) -> None:
    connection.run(
        "INSERT INTO records_alias (project, home, form, entity, surface)"
        " SELECT project, home, %s, seq, %s FROM records_entity"
        " WHERE project = %s AND seq = %s ON CONFLICT DO NOTHING",
        (form, surface, connection.project, seq),
    )


def _forget_unsaid_names(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Drop an entity's forms that none of the texts that mention it holds any more."""
    this = (connection.project, seq)
    forms = {
        words(form): words(surface)
        for form, surface in connection.rows(
            "SELECT form, surface FROM records_alias WHERE project = %s AND entity = %s", this
        )
    }
    mentioned = connection.rows(
        "SELECT surface FROM records_mention WHERE project = %s AND entity = %s", this
    )
    kept = forms_kept(
        forms,
        said=_texts(connection, seq),
        mentioned=(words(surface) for (surface,) in mentioned),
    )
    if kept == forms:
        return
    connection.run("DELETE FROM records_alias WHERE project = %s AND entity = %s", this)
    for form, surface in kept.items():
        _add_alias(connection, seq, form, surface)
    if name not in kept.values():
        name_entity(connection, seq, fullest(kept.values()), type_)
        # It stands for the old name; the next ingest that mentions the entity gives a new one.
        connection.run(
            "UPDATE records_entity SET vector = NULL WHERE project = %s AND seq = %s", this
        )


def _texts(connection: Connection, seq: int) -> Iterator[str]:
    """All that mentions an entity: messages, and every wording of memories."""
    rows = connection.rows(
        "SELECT version.text FROM records_mention mention JOIN records_version version"
        " ON version.project = mention.project AND version.memory = mention.owner / 2"
        " WHERE mention.project = %s AND mention.entity = %s AND mention.owner & 1 = 0"
        " UNION ALL SELECT message.text FROM records_mention mention JOIN records_message message"
        " ON message.project = mention.project AND message.seq = mention.owner / 2"
        " WHERE mention.project = %s AND mention.entity = %s AND mention.owner & 1 = 1",
        (connection.project, seq) * 2,
    )
    return (words(text) for (text,) in rows)
