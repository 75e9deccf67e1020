"""Entities in Postgres that were found to be one."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from memories.engine.domain import Company, Entity, EntityMerge, EntityType, Scope
from memories.engine.storage.names import fullest
from memories.engine.storage.rows import from_micros, to_micros
from memories.engine.storage.values import real, whole, words
from memories.engine.text.forms import form_of
from memories.records.connection import Connection
from memories.records.database import Database
from memories.records.entities import name_entity, note_short_forms
from memories.records.visibility import at_home

# An entity with all that was merged into it, and into that: of a project.
_TREE: Final = (
    "WITH RECURSIVE tree (seq) AS (SELECT %s::bigint UNION SELECT e.seq FROM records_entity e"
    " JOIN tree ON e.merged_into = tree.seq WHERE e.project = %s)"
)
_OWNERS: Final = (
    "SELECT x.owner, m.id, m.said_at FROM records_mention x JOIN records_memory m"
    " ON m.project = x.project AND m.seq = x.owner / 2"
    " WHERE x.project = %s AND x.entity = %s AND x.owner & 1 = 0"
    " UNION ALL SELECT x.owner, m.id, m.said_at FROM records_mention x JOIN records_message m"
    " ON m.project = x.project AND m.seq = x.owner / 2"
    " WHERE x.project = %s AND x.entity = %s AND x.owner & 1 = 1"
    " ORDER BY said_at DESC LIMIT %s"
)
# Entities of a home that were merged, each with the one that has its mentions.
_STANDING: Final = (
    "WITH RECURSIVE up (project, seq, into_seq) AS"
    " (SELECT e.project, e.seq, e.merged_into FROM records_entity e"
    " WHERE {home} AND e.merged_into IS NOT NULL UNION ALL"
    " SELECT up.project, up.seq, e.merged_into FROM up JOIN records_entity e"
    " ON e.project = up.project AND e.seq = up.into_seq WHERE e.merged_into IS NOT NULL)"
    " SELECT this.id, this.name, this.type, other.id, this.merge_score, this.merge_reason,"
    " this.merged_at FROM up JOIN records_entity this"
    " ON this.project = up.project AND this.seq = up.seq JOIN records_entity other"
    " ON other.project = up.project AND other.seq = up.into_seq AND other.merged_into IS NULL"
    " ORDER BY this.merged_at, this.seq"
)


class PostgresMerges:
    """The EntityMerges of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, *, scope: Scope) -> Sequence[EntityMerge]:
        with self._database.read(scope=scope) as connection:
            home, values = at_home(connection, scope)
            rows = connection.rows(_STANDING.format(home=home), values)
        return [
            EntityMerge(
                Entity(words(id_), words(name), EntityType(words(type_))),
                into_id=words(into_id),
                score=real(score),
                reason=words(reason),
                at=from_micros(at),
            )
            for id_, name, type_, into_id, score, reason, at in rows
        ]

    def merge(
        self,
        entity_id: str,
        *,
        into_id: str,
        score: float,
        reason: str,
        at: datetime,
        scope: Scope,
    ) -> None:
        with self._database.write(scope=scope) as connection:
            this = _number(connection, entity_id, scope)
            other = _number(connection, into_id, scope)
            connection.run(
                "UPDATE records_entity SET merged_into = %s, merge_score = %s, merge_reason = %s,"
                " merged_at = %s WHERE project = %s AND seq = %s",
                (other, score, reason, to_micros(at), connection.project, this),
            )
            _hand_over(connection, this, other)

    def unmerge(self, entity_id: str, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            this = _number(connection, entity_id, scope)
            other = _standing(connection, this)
            tree = [
                whole(seq)
                for (seq,) in connection.rows(
                    f"{_TREE} SELECT seq FROM tree", (this, connection.project)
                )
            ]
            given = (connection.project, tree, tree)
            moved = "x.project = %s AND x.came_from = ANY(%s) AND x.entity <> ALL(%s)"
            # Where both are mentioned by the same text its own mention stayed.
            connection.run(
                f"DELETE FROM records_mention x WHERE {moved} AND EXISTS (SELECT 1"
                " FROM records_mention own WHERE own.project = x.project AND own.entity = %s"
                " AND own.owner = x.owner)",
                (*given, this),
            )
            for table in ("records_mention", "records_alias"):
                connection.run(
                    f"UPDATE {table} x SET entity = %s, came_from = nullif(came_from, %s)"
                    f" WHERE {moved}",
                    (this, this, *given),
                )
            connection.run(
                "UPDATE records_entity SET merged_into = NULL, merge_score = NULL,"
                " merge_reason = NULL, merged_at = NULL WHERE project = %s AND seq = %s",
                (connection.project, this),
            )
            _keep_apart(connection, this, other)

    def part(self, entity_id: str, form: str, *, new: Entity, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            this = _number(connection, entity_id, scope)
            project = connection.project
            home = connection.number(
                "SELECT home FROM records_entity WHERE project = %s AND seq = %s", (project, this)
            )
            seq = connection.insert(
                "records_entity",
                {"id": new.id, "home": home, "type": new.type, "name": new.name},
            )
            name_entity(connection, seq, new.name, new.type)
            connection.run(
                "DELETE FROM records_alias WHERE project = %s AND home = %s"
                " AND md5(form) = md5(%s) AND form = %s",
                (project, home, form, form),
            )
            connection.run(
                "INSERT INTO records_alias (project, home, form, entity, surface)"
                " VALUES (%s, %s, %s, %s, %s)",
                (project, home, form, seq, new.name),
            )
            parted = [
                whole(owner)
                for owner, surface in connection.rows(
                    "SELECT owner, surface FROM records_mention WHERE project = %s AND entity = %s",
                    (project, this),
                )
                if form_of(words(surface)) == form
            ]
            connection.run(
                "UPDATE records_mention SET entity = %s, came_from = NULL"
                " WHERE project = %s AND entity = %s AND owner = ANY(%s)",
                (seq, project, this, parted),
            )
            _keep_apart(connection, seq, this)

    def kept_apart(self, *, scope: Scope) -> frozenset[frozenset[str]]:
        with self._database.read(scope=scope) as connection:
            condition, values = at_home(connection, scope)
            rows = connection.rows(
                "SELECT e.id, other.id FROM records_kept_apart apart JOIN records_entity e"
                " ON e.project = apart.project AND e.seq = apart.one JOIN records_entity other"
                " ON other.project = apart.project AND other.seq = apart.other"
                f" WHERE {condition}",
                values,
            )
        return frozenset(frozenset(map(words, pair)) for pair in rows)

    def surfaces(self, entity_id: str, *, scope: Scope) -> frozenset[str]:
        with self._database.read(scope=scope) as connection:
            rows = connection.rows(
                "SELECT DISTINCT surface FROM records_mention WHERE project = %s AND entity = %s",
                (connection.project, _number(connection, entity_id, scope)),
            )
        return frozenset(words(surface) for (surface,) in rows)

    def company(self, entity_id: str, *, limit: int, scope: Scope) -> Company | None:
        with self._database.read(scope=scope) as connection:
            this = (connection.project, _number(connection, entity_id, scope))
            owners = connection.rows(_OWNERS, (*this, *this, limit))
            if not owners:
                return None
            beside = connection.rows(
                "SELECT e.id, count(*) FROM records_mention x JOIN records_entity e"
                " ON e.project = x.project AND e.seq = x.entity WHERE x.project = %s"
                " AND x.owner = ANY(%s) AND x.entity <> %s AND e.merged_into IS NULL GROUP BY e.id",
                (this[0], [whole(owner) for owner, _, _ in owners], this[1]),
            )
        times = [whole(said_at) for _, _, said_at in owners]
        return Company(
            owner_ids=tuple(words(id_) for _, id_, _ in owners),
            said_from=from_micros(min(times)),
            said_until=from_micros(max(times)),
            beside={words(id_): whole(count) for id_, count in beside},
        )


def hand_over_merged(connection: Connection) -> None:
    """Let all that was merged be so whole, where only the merges themselves were put in."""
    for (seq,) in connection.rows(
        "SELECT seq FROM records_entity WHERE project = %s AND merged_into IS NOT NULL",
        (connection.project,),
    ):
        _hand_over(connection, whole(seq), _standing(connection, whole(seq)))


def _hand_over(connection: Connection, this: int, other: int) -> None:
    """Give an entity's forms and mentions to another one, each knowing where it came from."""
    project = connection.project
    connection.run(
        "UPDATE records_mention x SET entity = %s, came_from = coalesce(came_from, %s)"
        " WHERE x.project = %s AND x.entity = %s AND NOT EXISTS (SELECT 1 FROM records_mention own"
        " WHERE own.project = x.project AND own.entity = %s AND own.owner = x.owner)",
        (other, this, project, this, other),
    )
    connection.run(
        "UPDATE records_alias SET entity = %s, came_from = coalesce(came_from, %s)"
        " WHERE project = %s AND entity = %s",
        (other, this, project, this),
    )
    connection.run(
        "UPDATE records_entity SET vector = NULL WHERE project = %s AND seq = %s", (project, this)
    )
    for seq in (this, other):
        note_short_forms(connection, seq)


def _number(connection: Connection, entity_id: str, scope: Scope) -> int:
    condition, values = at_home(connection, scope)
    return connection.number(
        f"SELECT e.seq FROM records_entity e WHERE {condition} AND e.id = %s", (*values, entity_id)
    )


def _standing(connection: Connection, seq: int) -> int:
    """The entity that has the mentions of one that was merged."""
    return connection.number(
        "WITH RECURSIVE up (seq) AS (SELECT %s::bigint UNION ALL SELECT e.merged_into"
        " FROM records_entity e JOIN up USING (seq)"
        " WHERE e.project = %s AND e.merged_into IS NOT NULL)"
        " SELECT e.seq FROM records_entity e JOIN up USING (seq)"
        " WHERE e.project = %s AND e.merged_into IS NULL",
        (seq, connection.project, connection.project),
    )


def _keep_apart(connection: Connection, this: int, other: int) -> None:
    """Let two entities go by their own names, and not be merged again unasked."""
    connection.run(
        "INSERT INTO records_kept_apart (project, one, other) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (connection.project, min(this, other), max(this, other)),
    )
    rows = connection.rows(
        "SELECT e.name, e.type, coalesce((SELECT jsonb_agg(alias.surface)"
        " FROM records_alias alias WHERE alias.project = e.project AND alias.entity = e.seq), '[]')"
        " FROM records_entity e WHERE e.project = %s AND e.seq = %s",
        (connection.project, other),
    )
    for name, type_, surfaces in rows:
        names = json.loads(words(surfaces))
        if names and name not in names:
            name_entity(connection, other, fullest(names), words(type_))
    for seq in (this, other):
        note_short_forms(connection, seq)
