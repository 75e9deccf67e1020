"""Entities in Postgres, with the forms they are known under and where they are mentioned."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from memories.engine.domain import Entity, EntityType, KnownEntity, Scope, Vector
from memories.engine.storage.names import forms_kept, fullest, name_columns, names_for_short
from memories.engine.storage.values import SqlValue, whole, words
from memories.engine.text.forms import form_of
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
    " JOIN records_entity e ON e.project = mention.project"
    " AND e.seq IN (mention.entity, mention.came_from)"
)
_UNUSED: Final = (
    "NOT EXISTS (SELECT 1 FROM records_mention mention WHERE mention.project = e.project"
    " AND (mention.entity = e.seq OR mention.came_from = e.seq))"
    " AND NOT EXISTS (SELECT 1 FROM records_entity other"
    " WHERE other.project = e.project AND other.merged_into = e.seq)"
)
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
            known = KnownEntity(_entity(id_, name, type_), whole(mentions), bool(embedded))
            found.setdefault(words(form), []).append(known)
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

    def called(self, shorts: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[Entity]]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                "SELECT wanted.short, e.id, e.name, e.type FROM unnest(%s::text[]) AS wanted"
                " (short) CROSS JOIN LATERAL (SELECT e.* FROM records_short_form short"
                " JOIN records_entity e ON e.project = short.project AND e.seq = short.entity"
                " WHERE short.project = %s AND md5(short.short) = md5(wanted.short)"
                " AND short.short = wanted.short AND short.home = e.home"
                f" AND {condition} ORDER BY e.seq LIMIT {_SETTLING}) AS e ORDER BY e.seq",
                (sorted(shorts), connection.project, *values),
            )
        found: dict[str, list[Entity]] = {}
        for short, *entity in rows:
            found.setdefault(words(short), []).append(_entity(*entity))
        return found

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Entity]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            found = _entities(
                connection, f"{condition} AND e.id = ANY(%s::text[])", [*values, sorted(ids)]
            )
        return {entity.id: entity for entity in found}

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
                f"e.project = %s AND e.merged_into IS NULL AND e.seq IN ({mentioned})",
                [connection.project, *values, *values],
            )

    def add(self, entity: Entity, *, form: str, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            home = number_of(connection, scope.home)
            columns: dict[str, Bound] = {"id": entity.id, "home": home, "type": entity.type}
            seq = connection.insert(
                "records_entity", columns | name_columns(entity.name, entity.type)
            )
            note_short_forms(connection, seq)
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
                "INSERT INTO records_mention"
                " (project, entity, owner, surface, score, reason, came_from)"
                f" SELECT e.project, e.seq, {_OWNER}, %s, %s, %s, (SELECT alias.came_from"
                " FROM records_alias alias WHERE alias.project = e.project AND alias.home = e.home"
                " AND alias.entity = e.seq AND md5(alias.form) = md5(%s) AND alias.form = %s)"
                " FROM records_entity e"
                f" WHERE {condition} AND e.id = %s ON CONFLICT DO NOTHING",
                (
                    *(project, owner_id, project, owner_id, surface, score, reason),
                    *(form_of(surface), form_of(surface), *values, entity_id),
                ),
            )

    def named_by(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                f"SELECT owner.id, e.name FROM {_MENTIONED} AND e.seq = mention.entity"
                f" WHERE {condition} AND e.merged_into IS NULL ORDER BY e.seq",
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
            deleted = 0
            # What others were merged into goes after them.
            while gone := connection.run(
                f"DELETE FROM records_entity e WHERE {chosen} AND {_UNUSED}", values
            ):
                deleted += gone
            rows = connection.rows(
                "SELECT e.seq, e.name, e.type, e.merged_into IS NULL FROM records_entity e"
                f" WHERE {chosen} ORDER BY e.merged_into IS NOT NULL",
                values,
            )
            for seq, name, type_, stands in rows:
                forget = _forget_unsaid_names if stands else _forget_unsaid_name_of_merged
                forget(connection, whole(seq), words(name), words(type_))
        return deleted


def name_entity(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Give an entity its name."""
    columns = name_columns(name, type_)
    connection.run(
        f"UPDATE records_entity SET {', '.join(f'{each} = %s' for each in columns)}"
        " WHERE project = %s AND seq = %s",
        (*columns.values(), connection.project, seq),
    )
    note_short_forms(connection, seq)


def note_short_forms(connection: Connection, seq: int) -> None:
    """Let an entity be called for short as it can be, and as what was merged into it can be."""
    this = (connection.project, seq)
    connection.run("DELETE FROM records_short_form WHERE project = %s AND entity = %s", this)
    rows = connection.rows(
        "WITH RECURSIVE merged (seq) AS (SELECT %s::bigint UNION SELECT e.seq"
        " FROM records_entity e JOIN merged ON e.merged_into = merged.seq WHERE e.project = %s)"
        " SELECT e.name, e.type FROM merged JOIN records_entity e USING (seq)"
        " WHERE e.project = %s AND NOT EXISTS (SELECT 1 FROM records_entity root"
        " WHERE root.project = %s AND root.seq = %s AND root.merged_into IS NOT NULL)",
        (seq, *[connection.project] * 3, seq),
    )
    shorts = {each for name, type_ in rows for each in names_for_short(words(name), words(type_))}
    connection.run(
        "INSERT INTO records_short_form (project, home, short, entity)"
        " SELECT project, home, unnest(%s::text[]), seq FROM records_entity"
        " WHERE project = %s AND seq = %s",
        (sorted(shorts), *this),
    )


def _owners(connection: Connection, owner_ids: Collection[str]) -> tuple[Bound, ...]:
    """Values of `_MENTIONED`."""
    project, ids = connection.project, list(owner_ids)
    return (project, ids, project, ids, project)


def _entity(id_: SqlValue, name: SqlValue, type_: SqlValue) -> Entity:
    return Entity(words(id_), words(name), EntityType(words(type_)))


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
    connection.run(
        "DELETE FROM records_alias WHERE project = %s AND entity = %s AND form <> ALL(%s::text[])",
        (*this, list(kept)),
    )
    for form, surface in kept.items():
        _add_alias(connection, seq, form, surface)
        connection.run(
            "UPDATE records_alias SET surface = %s"
            " WHERE project = %s AND entity = %s AND form = %s AND surface <> %s",
            (surface, *this, form, surface),
        )
    if name not in kept.values():
        name_entity(connection, seq, fullest(kept.values()), type_)
        # It stands for the old name; the next ingest that mentions the entity gives a new one.
        connection.run(
            "UPDATE records_entity SET vector = NULL WHERE project = %s AND seq = %s", this
        )


def _forget_unsaid_name_of_merged(connection: Connection, seq: int, name: str, type_: str) -> None:
    """Call a merged entity by a name that is still said, where its own is not."""
    this = (connection.project, seq)
    said = [
        words(surface)
        for (surface,) in connection.rows(
            "SELECT surface FROM records_alias WHERE project = %s AND came_from = %s UNION"
            " SELECT surface FROM records_mention WHERE project = %s AND came_from = %s UNION"
            " SELECT surface FROM records_mention WHERE project = %s AND entity = %s",
            this * 3,
        )
    ]
    if said and name not in said:
        name_entity(connection, seq, fullest(said), type_)


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
