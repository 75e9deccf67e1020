"""Entities of the file that were found to be one."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.entities import at_home, note_name, note_short_forms
from memories.engine.domain import Company, Entity, EntityMerge, EntityType, Scope
from memories.engine.storage.names import fullest
from memories.engine.storage.rows import from_micros, to_micros
from memories.engine.storage.values import real, whole, words
from memories.engine.text.forms import form_of

# An entity with all that was merged into it, and into that.
_TREE: Final = (
    "WITH RECURSIVE tree (seq) AS (SELECT ? UNION SELECT entities.seq FROM entities"
    " JOIN tree ON entities.merged_into = tree.seq)"
)
_OWNERS: Final = (
    "SELECT mentions.owner, id, said_at FROM mentions JOIN memories ON memories.seq = owner / 2"
    " WHERE entity = ?1 AND owner % 2 = 0 UNION ALL"
    " SELECT mentions.owner, id, said_at FROM mentions JOIN messages ON messages.seq = owner / 2"
    " WHERE entity = ?1 AND owner % 2 = 1"
)
# Entities of a home that were merged, each with the one that has its mentions.
_STANDING: Final = (
    "WITH RECURSIVE up (seq, into_seq) AS (SELECT seq, merged_into FROM entities WHERE {home}"
    " AND merged_into IS NOT NULL UNION ALL SELECT up.seq, merged_into FROM up"
    " JOIN entities ON entities.seq = into_seq WHERE merged_into IS NOT NULL)"
    " SELECT this.id, this.name, this.type, other.id, this.merge_score, this.merge_reason,"
    " this.merged_at FROM up JOIN entities this ON this.seq = up.seq JOIN entities other"
    " ON other.seq = into_seq AND other.merged_into IS NULL ORDER BY this.merged_at, this.seq"
)


class SqliteMerges:
    """The EntityMerges of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, *, scope: Scope) -> Sequence[EntityMerge]:
        home, values = at_home(scope)
        with self._database.read() as connection:
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
        with self._database.write() as connection:
            this = _number(connection, entity_id, scope)
            other = _number(connection, into_id, scope)
            connection.run(
                "UPDATE entities SET merged_into = ?, merge_score = ?, merge_reason = ?,"
                " merged_at = ? WHERE seq = ?",
                (other, score, reason, to_micros(at), this),
            )
            _hand_over(connection, this, other)

    def unmerge(self, entity_id: str, *, scope: Scope) -> None:
        with self._database.write() as connection:
            this = _number(connection, entity_id, scope)
            other = _standing(connection, this)
            tree = f"({_TREE.replace('?', '?1')} SELECT seq FROM tree)"
            moved = f"came_from IN {tree} AND entity NOT IN {tree}"
            # Where both are mentioned by the same text its own mention stayed.
            connection.run(
                f"DELETE FROM mentions WHERE {moved}"
                " AND owner IN (SELECT owner FROM mentions WHERE entity = ?1)",
                (this,),
            )
            for table in ("mentions", "aliases"):
                connection.run(
                    f"UPDATE {table} SET entity = ?1, came_from = nullif(came_from, ?1)"
                    f" WHERE {moved}",
                    (this,),
                )
            connection.run(
                "UPDATE entities SET merged_into = NULL, merge_score = NULL, merge_reason = NULL,"
                " merged_at = NULL WHERE seq = ?",
                (this,),
            )
            _keep_apart(connection, this, other)

    def part(self, entity_id: str, form: str, *, new: Entity, scope: Scope) -> None:
        with self._database.write() as connection:
            this = _number(connection, entity_id, scope)
            seq = connection.insert(
                "INSERT INTO entities (id, home, name, type)"
                " SELECT ?, home, ?, ? FROM entities WHERE seq = ?",
                (new.id, new.name, new.type, this),
            )
            note_name(connection, seq, new.name, new.type)
            connection.run(
                "INSERT INTO aliases (home, form, entity, surface)"
                " SELECT home, ?, seq, ? FROM entities WHERE seq = ?"
                " ON CONFLICT DO UPDATE SET entity = excluded.entity, came_from = NULL",
                (form, new.name, seq),
            )
            for owner, surface in connection.rows(
                "SELECT owner, surface FROM mentions WHERE entity = ?", (this,)
            ):
                if form_of(words(surface)) == form:
                    connection.run(
                        "UPDATE mentions SET entity = ?, came_from = NULL"
                        " WHERE entity = ? AND owner = ?",
                        (seq, this, owner),
                    )
            _keep_apart(connection, seq, this)

    def kept_apart(self, *, scope: Scope) -> frozenset[frozenset[str]]:
        home, values = at_home(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT entities.id, other.id FROM kept_apart JOIN entities ON entities.seq = one"
                f" JOIN entities other ON other.seq = kept_apart.other WHERE entities.{home}",
                values,
            )
        return frozenset(frozenset(map(words, pair)) for pair in rows)

    def surfaces(self, entity_id: str, *, scope: Scope) -> frozenset[str]:
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT DISTINCT surface FROM mentions WHERE entity = ?",
                (_number(connection, entity_id, scope),),
            )
        return frozenset(words(surface) for (surface,) in rows)

    def company(self, entity_id: str, *, limit: int, scope: Scope) -> Company | None:
        with self._database.read() as connection:
            this = _number(connection, entity_id, scope)
            owners = connection.rows(f"{_OWNERS} ORDER BY said_at DESC LIMIT ?2", (this, limit))
            if not owners:
                return None
            beside = connection.rows(
                "SELECT id, count(*) FROM mentions JOIN entities ON seq = entity"
                f" WHERE owner IN (SELECT owner FROM ({_OWNERS} ORDER BY said_at DESC LIMIT ?2))"
                " AND entity <> ?1 AND merged_into IS NULL GROUP BY id",
                (this, limit),
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
    for (seq,) in connection.rows("SELECT seq FROM entities WHERE merged_into IS NOT NULL"):
        _hand_over(connection, whole(seq), _standing(connection, whole(seq)))


def _hand_over(connection: Connection, this: int, other: int) -> None:
    """Give an entity's forms and mentions to another one, each knowing where it came from."""
    connection.run(
        "UPDATE mentions SET entity = ?2, came_from = coalesce(came_from, ?1)"
        " WHERE entity = ?1 AND owner NOT IN (SELECT owner FROM mentions WHERE entity = ?2)",
        (this, other),
    )
    connection.run(
        "UPDATE aliases SET entity = ?2, came_from = coalesce(came_from, ?1) WHERE entity = ?1",
        (this, other),
    )
    connection.run("DELETE FROM entity_vectors WHERE entity = ?", (this,))
    for seq in (this, other):
        note_short_forms(connection, seq)


def _number(connection: Connection, entity_id: str, scope: Scope) -> int:
    home, values = at_home(scope)
    return connection.number(
        f"SELECT seq FROM entities WHERE id = ? AND {home}", (entity_id, *values)
    )


def _standing(connection: Connection, seq: int) -> int:
    """The entity that has the mentions of one that was merged."""
    return connection.number(
        "WITH RECURSIVE up (seq) AS (SELECT ? UNION ALL"
        " SELECT merged_into FROM entities JOIN up USING (seq) WHERE merged_into IS NOT NULL)"
        " SELECT seq FROM entities JOIN up USING (seq) WHERE merged_into IS NULL",
        (seq,),
    )


def _keep_apart(connection: Connection, this: int, other: int) -> None:
    """Let two entities go by their own names, and not be merged again unasked."""
    connection.run(
        "INSERT OR IGNORE INTO kept_apart (one, other) VALUES (?, ?)",
        (min(this, other), max(this, other)),
    )
    rows = connection.rows(
        "SELECT name, type, (SELECT json_group_array(surface) FROM aliases WHERE entity = seq)"
        " FROM entities WHERE seq = ?",
        (other,),
    )
    for name, type_, surfaces in rows:
        names = json.loads(words(surfaces))
        if names and name not in names:
            note_name(connection, other, fullest(names), words(type_))
    for seq in (this, other):
        note_short_forms(connection, seq)
