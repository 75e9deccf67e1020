"""The SearchIndex of one file: vectors and terms in memory, SQL for the rest."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np

from memories.engine.adapters.sqlite.admission import admit_rows
from memories.engine.adapters.sqlite.connection import Connection, SqlValue, real, whole, words
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.gathering import (
    best_owners,
    gather,
    own_relevance,
    word_counts,
)
from memories.engine.adapters.sqlite.passage_cache import PassageCache, Passages
from memories.engine.adapters.sqlite.postings import digests
from memories.engine.adapters.sqlite.rows import (
    from_micros,
    interval_of,
    optional_micros,
    owner_of_memory,
    owner_of_message,
    to_micros,
)
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.seeing import in_scope_of, seen
from memories.engine.adapters.sqlite.vectors import VectorCache
from memories.engine.adapters.sqlite.visibility import (
    MESSAGES_AS_MEMORIES,
    in_scope,
    scope_numbers,
    visible,
)
from memories.engine.domain import (
    Candidates,
    Flags,
    Found,
    Integers,
    Interval,
    Kind,
    Passage,
    Placement,
    Scope,
    Selection,
    Vector,
)

# Above this share of all rows, comparing all of them is faster than gathering some first.
_MOST_GATHERED: Final = 0.3
# What one search may see: of which passages, in which scope and selection, and which of them.
_Seen: TypeAlias = tuple[Passages, Scope, Selection, Flags]


class SqliteIndex:
    """Finds rows by meaning, words, entities and time."""

    def __init__(self, database: Database, *, dimensions: int) -> None:
        self._database = database
        self._passages = PassageCache(dimensions)
        self._entity_vectors = VectorCache(dimensions)
        # What one search sees is asked for by each of its signals.
        self._last_seen: _Seen | None = None
        database.after_rollback(self._passages.forget)
        database.after_rollback(self._entity_vectors.forget)

    def put(self, passages: Sequence[Passage], *, scope: Scope) -> None:
        with self._database.write() as connection:
            number = number_of(connection, scope)
            for passage in passages:
                connection.insert(
                    "INSERT INTO passages (owner, version, start, until, scope, said_from,"
                    " said_until, recorded_from, recorded_until, vector, terms)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        _owner(connection, passage.owner_id, is_message=passage.is_message),
                        passage.version,
                        passage.start,
                        passage.until,
                        number,
                        to_micros(passage.said_at),
                        optional_micros(passage.said_until),
                        to_micros(passage.recorded_at),
                        optional_micros(passage.recorded_until),
                        None if passage.vector is None else passage.vector.tobytes(),
                        digests(passage.terms),
                    ),
                )

    def retire(self, owner_id: str, *, by: Passage, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            connection.run(
                "UPDATE passages SET said_until = ?, recorded_until = ?"
                " WHERE recorded_until IS NULL AND owner ="
                f" (SELECT seq * 2 FROM memories m WHERE id = ? AND {condition})",
                (to_micros(by.said_at), to_micros(by.recorded_at), owner_id, *values),
            )

    def withdraw(self, message_ids: Collection[str], *, scope: Scope) -> None:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            connection.run(
                "DELETE FROM passages WHERE owner IN (SELECT seq * 2 + 1 FROM messages m"
                f" WHERE id IN (SELECT value FROM json_each(?)) AND {condition})",
                (json.dumps(list(message_ids)), *values),
            )

    def clear(self, *, scope: Scope) -> None:
        with self._database.write() as connection:
            connection.run("DELETE FROM passages")
            connection.run("DELETE FROM removed_passages")
            connection.run("DELETE FROM changed_passages")
            connection.run("UPDATE meta SET value = value + 1 WHERE key = 'epoch'")

    def semantic(
        self, vector: Vector, *, scope: Scope, selection: Selection, limit: int, messages: bool
    ) -> Sequence[Found]:
        with self._database.read() as connection:
            passages, seen = self._seen(connection, scope, selection)
        rows = _of_kind(passages, seen & passages.embedded, messages=messages)
        if len(rows) > _MOST_GATHERED * len(passages.seqs):
            cosines = (passages.vectors @ vector)[rows]
        else:
            cosines = passages.vectors[rows] @ vector
        best = best_owners(cosines.astype(np.float64), rows, passages, limit=limit)
        return [Found(owner_id, score) for owner_id, score in best]

    def lexical(
        self,
        alternatives: Sequence[Sequence[str]],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        with self._database.read() as connection:
            passages, seen = self._seen(connection, scope, selection)
        rows = _of_kind(passages, seen, messages=messages)
        scores = own_relevance(passages, rows, word_counts(passages, alternatives))
        matching = scores > 0
        best = best_owners(scores[matching], rows[matching], passages, limit=limit)
        return [Found(owner_id, score) for owner_id, score in best]

    def candidates(
        self,
        owner_ids: Collection[str],
        *,
        vector: "Vector | None",
        alternatives: Sequence[Sequence[str]],
        entities: Sequence[str],
        scope: Scope,
        selection: Selection,
    ) -> Candidates:
        with self._database.read() as connection:
            passages, seen = self._seen(connection, scope, selection)
            return gather(
                connection,
                passages,
                seen,
                passages.numbers_of(owner_ids),
                vector=vector,
                words_held=word_counts(passages, alternatives),
                mentions_of=entities,
            )

    def speakers(self, *, scope: Scope) -> frozenset[str]:
        with self._database.read() as connection:
            passages = self._passages.fresh(connection)
            mask = in_scope_of(connection, passages, scope)
        return frozenset(
            passages.speaker_names[number]
            for number in np.flatnonzero(np.bincount(passages.speakers[mask])).tolist()
        )

    def _seen(
        self, connection: Connection, scope: Scope, selection: Selection
    ) -> tuple[Passages, Flags]:
        passages = self._passages.fresh(connection)
        last = self._last_seen
        if last is None or last[0] is not passages or last[1:3] != (scope, selection):
            last = (passages, scope, selection, seen(connection, passages, scope, selection))
            self._last_seen = last
        return passages, last[3]

    def matched_terms(
        self, owner_ids: Collection[str], terms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[str]]:
        with self._database.read() as connection:
            owned = _passages_of(connection, owner_ids, scope)
            passages = self._passages.fresh(connection)
        found: dict[str, list[str]] = {id_: [] for id_ in owned.values()}
        for term in dict.fromkeys(terms):
            rows, _ = passages.postings.holding(term)
            for seq in passages.seqs[rows].tolist():
                if seq in owned and term not in found[owned[seq]]:
                    found[owned[seq]].append(term)
        return found

    def entity(
        self,
        weights: Mapping[str, float],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        condition, values = in_scope(scope.home)
        with self._database.read() as connection:
            ranked = (
                (whole(owner), real(score))
                for owner, score in connection.stream(
                    "SELECT mentions.owner, sum(wanted.value * mentions.score) AS score"
                    " FROM json_each(?) AS wanted JOIN entities ON entities.id = wanted.key"
                    f" JOIN scopes m ON m.seq = entities.home AND {condition}"
                    " JOIN mentions ON mentions.entity = entities.seq"
                    " GROUP BY mentions.owner ORDER BY score DESC, mentions.owner DESC",
                    (json.dumps(dict(weights)), *values),
                )
            )
            return admit_rows(connection, ranked, scope, selection, limit=limit, messages=messages)

    def near_entities(self, vector: Vector, *, scope: Scope, limit: int) -> Sequence[Found]:
        with self._database.read() as connection:
            homes = scope_numbers(connection, scope.home)
            nearest = self._entity_vectors.nearest(connection, vector, homes, limit=limit)
            rows = connection.rows(
                "SELECT entity_vectors.seq, id, name FROM entity_vectors"
                " JOIN entities ON entities.seq = entity_vectors.entity"
                " WHERE entity_vectors.seq IN (SELECT value FROM json_each(?))",
                (json.dumps(list(nearest)),),
            )
        found = [Found(words(id_), nearest[whole(seq)], (words(name),)) for seq, id_, name in rows]
        return sorted(found, key=lambda each: -each.score)

    def temporal(
        self,
        interval: Interval,
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        condition, values = in_scope(scope)
        start, until = to_micros(interval.start), to_micros(interval.until)
        middle = (start + until) // 2
        sql = (
            "SELECT seq * 2 AS owner, abs(occurred_from / 2 + occurred_until / 2 - ?) AS distance"
            f" FROM memories m WHERE occurred_from < ? AND occurred_until > ? AND {condition}"
            " UNION ALL SELECT seq * 2, abs(said_at - ?) FROM memories m"
            f" WHERE occurred_from IS NULL AND said_at >= ? AND said_at < ? AND {condition}"
        )
        bound: list[SqlValue] = [middle, until, start, *values, middle, start, until, *values]
        if messages:
            sql += (
                " UNION ALL SELECT seq * 2 + 1, abs(said_at - ?) FROM messages m"
                f" WHERE said_at >= ? AND said_at < ? AND {condition}"
            )
            bound += [middle, start, until, *values]
        with self._database.read() as connection:
            ranked = (
                (whole(owner), 1.0)
                for owner, _ in connection.stream(f"{sql} ORDER BY distance", bound)
            )
            return admit_rows(connection, ranked, scope, selection, limit=limit, messages=messages)

    def newest(self, *, scope: Scope, selection: Selection) -> datetime | None:
        memories, memory_values = visible(selection, scope)
        messages, message_values = visible(selection, scope, messages=True)
        with self._database.read() as connection:
            ((newest,),) = connection.rows(
                "SELECT max(said_at) FROM ("
                f" SELECT max(said_at) AS said_at FROM memories m WHERE {memories} UNION ALL"
                f" SELECT max(said_at) FROM {MESSAGES_AS_MEMORIES} m WHERE {messages})",
                (*memory_values, *message_values),
            )
        return None if newest is None else from_micros(newest)

    def placements(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Placement]:
        condition, values = in_scope(scope)
        wanted = json.dumps(list(owner_ids))
        chosen = f"m.id IN (SELECT value FROM json_each(?)) AND {condition}"
        columns = (
            "m.said_at, m.occurred_from, m.occurred_until, m.occurred_offset,"
            " m.occurred_precision, m.kind"
        )
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT m.id AS owner_id, messages.id AS message_id, messages.session,"
                f" messages.position, {columns} FROM memories m"
                " LEFT JOIN sources ON sources.memory = m.seq"
                f" LEFT JOIN messages ON messages.seq = sources.message WHERE {chosen}"
                " UNION ALL SELECT m.id, m.id, m.session, m.position,"
                f" {columns} FROM {MESSAGES_AS_MEMORIES} m WHERE {chosen}",
                (wanted, *values, wanted, *values),
            )
        grouped: dict[str, list[Mapping[str, SqlValue]]] = {}
        for row in rows:
            grouped.setdefault(words(row["owner_id"]), []).append(row)
        return {owner_id: _placement(owner_id, group) for owner_id, group in grouped.items()}

    def languages(self, *, scope: Scope) -> frozenset[str]:
        with self._database.read() as connection:
            rows = connection.rows("SELECT substr(key, 10) FROM meta WHERE key LIKE 'language:%'")
        return frozenset(words(language) for (language,) in rows)

    def note_languages(self, languages: Collection[str], *, scope: Scope) -> None:
        new = set(languages) - self.languages(scope=scope)
        if new:
            with self._database.write() as connection:
                for language in sorted(new):
                    connection.run(
                        "INSERT OR IGNORE INTO meta (key, value) VALUES ('language:' || ?, 1)",
                        (language,),
                    )


def _owner(connection: Connection, owner_id: str, *, is_message: bool) -> int:
    table = "messages" if is_message else "memories"
    seq = connection.number(f"SELECT seq FROM {table} WHERE id = ?", (owner_id,))
    return owner_of_message(seq) if is_message else owner_of_memory(seq)


def _of_kind(passages: Passages, chosen: Flags, *, messages: bool) -> Integers:
    """Rows of the chosen passages; of memories alone, unless messages are wanted too."""
    return np.flatnonzero(chosen if messages else chosen & (passages.owners % 2 == 0))


def _passages_of(
    connection: Connection, owner_ids: Collection[str], scope: Scope
) -> dict[int, str]:
    condition, values = in_scope(scope)
    chosen = f"m.id IN (SELECT value FROM json_each(?)) AND {condition}"
    wanted = json.dumps(list(owner_ids))
    rows = connection.rows(
        "SELECT p.seq, owners.id FROM ("
        f" SELECT seq * 2 AS owner, id FROM memories m WHERE {chosen}"
        f" UNION ALL SELECT seq * 2 + 1, id FROM messages m WHERE {chosen}) AS owners"
        " JOIN passages p ON p.owner = owners.owner WHERE p.recorded_until IS NULL",
        (wanted, *values, wanted, *values),
    )
    return {whole(passage): words(owner_id) for passage, owner_id in rows}


def _placement(owner_id: str, rows: Sequence[Mapping[str, SqlValue]]) -> Placement:
    first = rows[0]
    told = [row for row in rows if row["message_id"] is not None]
    kind = first["kind"]
    return Placement(
        owner_id=owner_id,
        is_message=kind is None,
        message_ids=tuple(words(row["message_id"]) for row in told),
        turns=tuple((words(row["session"]), whole(row["position"])) for row in told),
        said_at=from_micros(first["said_at"]),
        occurred=interval_of(first),
        kind=None if kind is None else Kind(words(kind)),
    )
