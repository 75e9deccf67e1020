"""The SearchIndex of one file: FTS5 for words, a matrix for vectors, SQL for the rest."""

import hashlib
import itertools
import json
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from memories.engine.adapters.sqlite.admission import admit_passages, admit_rows
from memories.engine.adapters.sqlite.connection import Connection, SqlValue, real, whole, words
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.rows import (
    from_micros,
    interval_of,
    optional_micros,
    owner_of_memory,
    owner_of_message,
    to_micros,
)
from memories.engine.adapters.sqlite.schema import PRIOR_ROWS
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.vectors import VectorCache
from memories.engine.adapters.sqlite.visibility import (
    MESSAGES_AS_MEMORIES,
    in_scope,
    scope_numbers,
    visible,
)
from memories.engine.domain import (
    Found,
    Interval,
    Kind,
    Passage,
    Placement,
    Scope,
    Selection,
    Vector,
)

# FTS5's bm25 has k1 = 1.2 and b = 0.75 built in (sqlite.org/fts5.html#the_bm25_function). A word
# that occurs once gives at most (k1 + 1) / (1 + k1 * (1 - b)) = 1.69 times its inverse document
# frequency, in a very short text; a score of 1 is every word of the query matched so.
_MOST_PER_WORD: Final = (1.2 + 1) / (1 + 1.2 * (1 - 0.75))
# What a word of the turn before counts, beside 1 for a word of the turn's own: an answer often has
# the question's words only there, but what says them itself comes first.
_CONTEXT_WEIGHT: Final = 0.5


class SqliteIndex:
    """Finds rows by meaning, words, entities and time."""

    def __init__(self, database: Database, *, dimensions: int) -> None:
        self._database = database
        self._vectors = VectorCache("passages", dimensions)
        self._entity_vectors = VectorCache("entity_vectors", dimensions)
        database.after_rollback(self._vectors.forget)
        database.after_rollback(self._entity_vectors.forget)

    def put(self, passages: Sequence[Passage], *, scope: Scope) -> None:
        with self._database.write() as connection:
            number = number_of(connection, scope)
            tokens = _scope_tokens(scope)
            for passage in passages:
                seq = connection.insert(
                    "INSERT INTO passages (owner, version, start, until, scope, said_from,"
                    " said_until, recorded_from, recorded_until, vector)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                    ),
                )
                connection.run(
                    "INSERT INTO lexicon (rowid, terms, context, scope) VALUES (?, ?, ?, ?)",
                    (seq, " ".join(passage.terms), " ".join(passage.context_terms), tokens),
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
            connection.run("UPDATE meta SET value = value + 1 WHERE key = 'epoch'")

    def semantic(
        self, vector: Vector, *, scope: Scope, selection: Selection, limit: int, messages: bool
    ) -> Sequence[Found]:
        with self._database.read() as connection:
            nearest = self._vectors.nearest(connection, vector, scope_numbers(connection, scope))
            return admit_passages(
                connection, nearest, scope, selection, limit=limit, messages=messages
            )

    def similarities(
        self, vector: Vector, owner_ids: Collection[str], *, scope: Scope
    ) -> Mapping[str, float]:
        with self._database.read() as connection:
            passages = _passages_of(connection, owner_ids, scope)
            cosines = self._vectors.similarities(connection, vector, sorted(passages))
        best: dict[str, float] = {}
        for passage, cosine in cosines.items():
            owner_id = passages[passage]
            best[owner_id] = max(cosine, best.get(owner_id, -1.0))
        return best

    def lexical(
        self,
        alternatives: Sequence[Sequence[str]],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        terms = list(dict.fromkeys(itertools.chain.from_iterable(alternatives)))
        if not terms:
            return []
        with self._database.read() as connection:
            best_possible = _best_possible(connection, alternatives)
            # One that holds all scope tokens and any of the terms.
            match = " AND ".join(
                [f"scope : {_quoted(token)}" for token in _scope_tokens(scope).split()]
                + [f"{{terms context}} : ({' OR '.join(map(_quoted, terms))})"]
            )
            ranked = (
                (whole(passage), min(1.0, -real(rank) / best_possible))
                for passage, rank in connection.stream(
                    f"SELECT rowid, bm25(lexicon, 1.0, {_CONTEXT_WEIGHT}, 0.0) AS rank FROM lexicon"
                    " WHERE lexicon MATCH ? ORDER BY rank",
                    (match,),
                )
            )
            return admit_passages(
                connection, ranked, scope, selection, limit=limit, messages=messages
            )

    def matched_terms(
        self, owner_ids: Collection[str], terms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[str]]:
        with self._database.read() as connection:
            passages = _passages_of(connection, owner_ids, scope)
            found: dict[str, list[str]] = {}
            for passage, stored in connection.rows(
                "SELECT rowid, terms FROM lexicon WHERE rowid IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(passages)),),
            ):
                held = set(words(stored).split())
                matched = found.setdefault(passages[whole(passage)], [])
                matched += [term for term in terms if term in held and term not in matched]
        return found

    def embedded(self, owner_ids: Collection[str], *, scope: Scope) -> frozenset[str]:
        with self._database.read() as connection:
            passages = _passages_of(connection, owner_ids, scope)
            rows = connection.rows(
                "SELECT seq FROM passages WHERE vector IS NOT NULL"
                " AND seq IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(passages)),),
            )
        return frozenset(passages[whole(seq)] for (seq,) in rows)

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
            nearest = dict(
                itertools.islice(self._entity_vectors.nearest(connection, vector, homes), limit)
            )
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


def _scope_tokens(scope: Scope) -> str:
    """One token for each id of the scope; ids may hold anything, so each is a digest."""
    ids = (("u", scope.user), ("a", scope.agent), ("p", scope.app), ("r", scope.run))
    return " ".join(
        mark + hashlib.blake2b(value.encode(), digest_size=12).hexdigest()
        for mark, value in ids
        if value is not None
    )


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _owner(connection: Connection, owner_id: str, *, is_message: bool) -> int:
    table = "messages" if is_message else "memories"
    seq = connection.number(f"SELECT seq FROM {table} WHERE id = ?", (owner_id,))
    return owner_of_message(seq) if is_message else owner_of_memory(seq)


def _best_possible(connection: Connection, alternatives: Sequence[Sequence[str]]) -> float:
    """The BM25 of a very short text that holds every word once, as FTS5 would count it."""
    total = connection.number("SELECT count(*) FROM passages") + PRIOR_ROWS
    best = 0.0
    for terms in alternatives:
        holding = [
            connection.number(
                "SELECT coalesce((SELECT doc FROM lexicon_terms WHERE term = ?), 0)", (term,)
            )
            for term in terms
        ]
        rows = max(holding)
        best += max(math.log((total - rows + 0.5) / (rows + 0.5)), 1e-6)
    return best * _MOST_PER_WORD


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
