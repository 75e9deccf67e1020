"""One file's passages and the search in them: vectors and terms in memory, SQL for the rest."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.entities import SqliteEntities
from memories.engine.adapters.sqlite.gathering import (
    best_owners,
    gather,
    own_relevance,
    word_counts,
)
from memories.engine.adapters.sqlite.messages import SqliteMessages
from memories.engine.adapters.sqlite.passage_cache import PassageCache, Passages
from memories.engine.adapters.sqlite.postings import digests
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.seeing import in_scope_of, seen
from memories.engine.adapters.sqlite.vectors import VectorCache
from memories.engine.adapters.sqlite.visibility import in_scope, scope_numbers
from memories.engine.domain import (
    Candidates,
    Flags,
    Found,
    Integers,
    Interval,
    KnownEntity,
    Message,
    Passage,
    Scope,
    Selection,
    Vector,
    WordStatistics,
)
from memories.engine.storage.rows import (
    optional_micros,
    owner_of_memory,
    owner_of_message,
    to_micros,
    to_seconds,
)
from memories.engine.storage.values import blob, real, whole, words
from memories.engine.text.bm25 import rarity

# Above this share of all rows, comparing all of them is faster than gathering some first.
_MOST_GATHERED: Final = 0.3
# What one search may see: of which passages, in which scope and selection, and which of them.
_Seen: TypeAlias = tuple[Passages, Scope, Selection, Flags]


class SqliteIndex:
    """Keeps passages, and finds rows by meaning, words, entities and time."""

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

    def vectors(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, Vector]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT m.id, p.vector FROM memories m JOIN passages p ON p.owner = m.seq * 2"
                " WHERE p.recorded_until IS NULL AND p.vector IS NOT NULL"
                f" AND m.id IN (SELECT value FROM json_each(?)) AND {condition}"
                " ORDER BY p.start DESC",
                (json.dumps(list(memory_ids)), *values),
            )
        return {words(id_): np.frombuffer(blob(vector), dtype="<f4") for id_, vector in rows}

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

    def words(self, alternatives: Sequence[Sequence[str]], *, scope: Scope) -> WordStatistics:
        with self._database.read() as connection:
            passages = self._passages.fresh(connection)
        held = word_counts(passages, alternatives)
        return WordStatistics(
            tuple(rarity(holding, passages.total) for _, _, holding in held), passages.usual_length
        )

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
            passages, seen = self._seen(connection, scope, selection)
            ranked = connection.rows(
                "SELECT mentions.owner, sum(wanted.value * mentions.score) AS score"
                " FROM json_each(?) AS wanted JOIN entities ON entities.id = wanted.key"
                f" JOIN scopes m ON m.seq = entities.home AND {condition}"
                " JOIN mentions ON mentions.entity = entities.seq"
                " GROUP BY mentions.owner ORDER BY score DESC, mentions.owner DESC",
                (json.dumps(dict(weights)), *values),
            )
        owners = np.array([whole(owner) for owner, _ in ranked], dtype=np.int64)
        shown = passages.owned_by(_only_of_kind(passages, seen, messages=messages), owners)
        best = np.flatnonzero(shown)[:limit]
        scores = [real(ranked[place][1]) for place in best.tolist()]
        return list(map(Found, passages.ids_of(owners[best]), scores))

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
        with self._database.read() as connection:
            passages, seen = self._seen(connection, scope, selection)
        rows = _of_kind(passages, seen, messages=messages)
        start, until = to_seconds(interval.start), to_seconds(interval.until)
        said_at, occurred = passages.said_at[rows], passages.occurred[rows]
        # A row that tells of a time is found by that; NaN compares as False.
        told = (occurred[:, 0] < until) & (occurred[:, 1] > start)
        said = np.isnan(occurred[:, 0]) & (said_at >= start) & (said_at < until)
        at = np.where(told, occurred.mean(axis=1), said_at)
        chosen = told | said
        distances = np.abs(at[chosen] - (start + until) / 2)
        best = best_owners(-distances, rows[chosen], passages, limit=limit)
        return [Found(owner_id, 1.0) for owner_id, _ in best]

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        return SqliteEntities(self._database).meant_by(forms, scope=scope)

    def turns(
        self, places: Collection[tuple[str, int]], *, scope: Scope, selection: Selection
    ) -> Sequence[Message]:
        return SqliteMessages(self._database).at(places, scope=scope, selection=selection)

    def newest(self, *, scope: Scope, selection: Selection) -> datetime | None:
        with self._database.read() as connection:
            passages, seen = self._seen(connection, scope, selection)
        said_at = passages.said_at[seen]
        return datetime.fromtimestamp(float(said_at.max()), UTC) if len(said_at) else None

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


def _only_of_kind(passages: Passages, chosen: Flags, *, messages: bool) -> Flags:
    """The chosen passages; those of memories alone, unless messages are wanted too."""
    return chosen if messages else chosen & passages.of_memories


def _of_kind(passages: Passages, chosen: Flags, *, messages: bool) -> Integers:
    """Rows of the same."""
    return np.flatnonzero(_only_of_kind(passages, chosen, messages=messages))


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
