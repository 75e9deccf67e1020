"""What is indexed of messages and memories, kept with them: an index of any kind is made of it."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from memories.engine.domain import Passage, Scope, Vector
from memories.engine.storage.rows import (
    optional_micros,
    owner_of_memory,
    owner_of_message,
    to_micros,
)
from memories.engine.storage.values import blob, whole, words
from memories.engine.text.fingerprints import digest
from memories.records.connection import Bound, Connection
from memories.records.database import Database
from memories.records.visibility import in_scope, number_of, of_scope


class PostgresPassages:
    """The PassageStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, passages: Sequence[Passage], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            number = number_of(connection, scope)
            owners = _owners(connection, passages)
            connection.insert_all(
                "records_passage",
                [
                    _row(passage) | owners[passage.owner_id] | {"scope": number}
                    for passage in passages
                ],
            )

    def retire(self, owner_id: str, *, by: Passage, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            connection.run(
                "UPDATE records_passage SET said_until = %s, recorded_until = %s"
                " WHERE project = %s AND recorded_until IS NULL AND owner ="
                f" (SELECT m.seq * 2 FROM records_memory m WHERE {condition} AND m.id = %s)",
                (
                    *(to_micros(by.said_at), to_micros(by.recorded_at), connection.project),
                    *(*values, owner_id),
                ),
            )

    def withdraw(self, message_ids: Collection[str], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            connection.run(
                "DELETE FROM records_passage WHERE project = %s AND owner IN"
                " (SELECT m.seq * 2 + 1 FROM records_message m"
                f" WHERE {condition} AND m.id = ANY(%s::text[]))",
                (connection.project, *values, list(message_ids)),
            )

    def clear(self, *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            connection.run("DELETE FROM records_passage WHERE project = %s", (connection.project,))

    def vectors(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, Vector]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT m.id, p.vector FROM records_memory m JOIN records_passage p"
                " ON p.project = m.project AND p.owner = m.seq * 2"
                f" WHERE {condition} AND m.id = ANY(%s::text[])"
                " AND p.recorded_until IS NULL AND p.vector IS NOT NULL ORDER BY p.start DESC",
                (*values, list(memory_ids)),
            )
        return {words(id_): vector_of(blob(vector)) for id_, vector in rows}

    def speakers(self, *, scope: Scope) -> frozenset[str]:
        return self._database.remembered.get(
            ("speakers", scope), lambda: self._speakers(scope=scope)
        )

    def _speakers(self, *, scope: Scope) -> frozenset[str]:
        with self._database.read(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            rows = connection.rows(
                "SELECT coalesce(memory.attributed_to, message.speaker) FROM ("
                f"SELECT min(m.owner) AS owner FROM records_passage m WHERE {condition}"
                " GROUP BY m.speaker) AS said"
                " LEFT JOIN records_memory memory ON memory.project = %s"
                " AND memory.seq = said.owner / 2 AND said.owner & 1 = 0"
                " LEFT JOIN records_message message ON message.project = %s"
                " AND message.seq = said.owner / 2 AND said.owner & 1 = 1",
                (*values, connection.project, connection.project),
            )
        return frozenset(words(name) for (name,) in rows)

    def languages(self, *, scope: Scope) -> frozenset[str]:
        return self._database.remembered.get("languages", lambda: self._languages(scope=scope))

    def _languages(self, *, scope: Scope) -> frozenset[str]:
        with self._database.read(scope=scope) as connection:
            rows = connection.rows(
                "SELECT code FROM records_language WHERE project = %s", (connection.project,)
            )
        return frozenset(words(code) for (code,) in rows)

    def note_languages(self, languages: Collection[str], *, scope: Scope) -> None:
        new = set(languages) - self.languages(scope=scope)
        if new:
            with self._database.write(scope=scope) as connection:
                connection.run(
                    "INSERT INTO records_language (project, code)"
                    " SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING",
                    (connection.project, sorted(new)),
                )


def vector_of(kept: bytes) -> Vector:
    """A vector as it was kept."""
    return np.frombuffer(kept, dtype="<f4")


def _row(passage: Passage) -> dict[str, Bound]:
    return {
        "version": passage.version,
        "start": passage.start,
        "until": passage.until,
        "said_from": to_micros(passage.said_at),
        "said_until": optional_micros(passage.said_until),
        "recorded_from": to_micros(passage.recorded_at),
        "recorded_until": optional_micros(passage.recorded_until),
        "vector": None if passage.vector is None else passage.vector.tobytes(),
        "terms": list(passage.terms),
    }


def _owners(connection: Connection, passages: Sequence[Passage]) -> Mapping[str, dict[str, Bound]]:
    """Columns that tell whose each passage is, by the owner's id; without those not there."""
    found: dict[str, dict[str, Bound]] = {}
    for table, name, number, wanted in (
        ("records_memory", "attributed_to", owner_of_memory, False),
        ("records_message", "speaker", owner_of_message, True),
    ):
        ids = [passage.owner_id for passage in passages if passage.is_message is wanted]
        rows = connection.rows(
            f"SELECT id, seq, {name} FROM {table} WHERE project = %s AND id = ANY(%s::text[])",
            (connection.project, ids),
        )
        found |= {
            words(id_): {"owner": number(whole(seq)), "speaker": digest(words(speaker))}
            for id_, seq, speaker in rows
        }
    return found
