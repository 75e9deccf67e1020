"""Finding rows by their words in the truth, where the index does not answer."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from memories.engine.domain import Found, Scope, Selection, WordStatistics
from memories.engine.retrieval.matching import visible as passing
from memories.engine.storage.rows import to_micros
from memories.engine.storage.values import whole, words
from memories.engine.text.bm25 import rarity, relevance, usual_length
from memories.engine.text.wording import count_words
from memories.records.connection import Bound, Connection
from memories.records.database import Database
from memories.records.messages import PostgresMessages
from memories.records.visibility import Condition, visible

# Postgres takes those that hold the weightiest words, the engine its own best of so many more.
_WIDER: Final = 5
# For each word, the terms that count as it.
_Alternatives: TypeAlias = Sequence[Sequence[str]]


class PostgresWords:
    """A WordIndex that looks through all passages of its project: slower, and always there."""

    def __init__(self, database: Database, messages: PostgresMessages) -> None:
        self._database = database
        self._messages = messages

    def lexical(
        self,
        alternatives: _Alternatives,
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        asked = _Asked(alternatives, self.words(alternatives, scope=scope), _WIDER * limit)
        with self._database.snapshot(scope=scope) as connection:
            condition = visible(connection, selection, scope)
            held = asked.held_by(connection, "memory", condition, selection)
            if messages:
                told = replace(selection, filter=None)
                condition = visible(connection, told, scope, messages=True)
                found = asked.held_by(connection, "message", condition, told)
                seen = self._seen([id_ for id_, _ in found], scope, selection)
                held += [(id_, terms) for id_, terms in found if id_ in seen]
        return asked.best_of(held)[:limit]

    def words(self, alternatives: _Alternatives, *, scope: Scope) -> WordStatistics:
        terms = sorted({term for each in alternatives for term in each})
        rows, length, *counts = self._database.remembered.get(
            ("holding", *terms), lambda: self._counted(terms, scope)
        )
        holding = dict(zip(terms, counts, strict=True))
        return WordStatistics(
            tuple(rarity(max(holding[term] for term in each), rows) for each in alternatives),
            usual_length(length, rows),
        )

    def _counted(self, terms: Sequence[str], scope: Scope) -> Sequence[int]:
        """How many passages there are, how long all are together, and how many hold each term."""
        holding = ", count(*) FILTER (WHERE terms @> ARRAY[%s])" * len(terms)
        with self._database.read(scope=scope) as connection:
            (counted,) = connection.rows(
                f"SELECT count(*), coalesce(sum(cardinality(terms)), 0){holding}"
                " FROM records_passage WHERE project = %s",
                (*terms, connection.project),
            )
        return [whole(each) for each in counted]

    def _seen(self, ids: Collection[str], scope: Scope, selection: Selection) -> frozenset[str]:
        """Messages that a filter, if there is one, lets pass: what it looks into is in no table."""
        if selection.filter is None:
            return frozenset(ids)
        owned = list(self._messages.owned(ids, scope=scope.everyone).values())
        found = passing(owned, scope=scope, selection=selection)
        return frozenset(each.message.id for each in found)


class _Asked:
    """A question's words, and which rows hold them."""

    def __init__(self, alternatives: _Alternatives, words: WordStatistics, limit: int) -> None:
        self._alternatives = alternatives
        self._words = words
        self._limit = limit

    def held_by(
        self, connection: Connection, kind: str, condition: Condition, selection: Selection
    ) -> list[tuple[str, Sequence[str]]]:
        """Ids of rows with the terms of a passage that holds some of the words.

        Args:
            connection: to the project.
            kind: memory or message.
            condition: which of them may be seen.
            selection: as of when.
        """
        weight = " + ".join(
            ["CASE WHEN p.terms && %s::text[] THEN %s ELSE 0 END"] * len(self._alternatives)
        )
        weights: list[Bound] = []
        for terms, worth in zip(self._alternatives, self._words.rarities, strict=True):
            weights += [list(terms), worth]
        in_force, instants = _in_force(selection)
        visible_sql, values = condition
        rows = connection.rows(
            "SELECT m.id, array_to_string(p.terms, ' ')"
            f" FROM records_passage p JOIN records_{kind} m"
            " ON m.project = p.project AND m.seq = p.owner / 2"
            f" WHERE p.project = %s AND p.owner %% 2 = {int(kind == 'message')}"
            f" AND p.terms && %s::text[] AND {in_force} AND {visible_sql}"
            f" ORDER BY {weight} DESC, p.seq LIMIT %s",
            (
                *(connection.project, [term for each in self._alternatives for term in each]),
                *(*instants, *values, *weights, self._limit),
            ),
        )
        return [(words(id_), words(terms).split()) for id_, terms in rows]

    def best_of(self, held: Sequence[tuple[str, Sequence[str]]]) -> list[Found]:
        """The rows by their best passage, best first."""
        scores = relevance(
            count_words([terms for _, terms in held], self._alternatives),
            np.array([len(terms) for _, terms in held], dtype=np.float64),
            self._words.rarities,
            self._words.usual_length,
        )
        best: dict[str, float] = {}
        for place in np.argsort(-scores, kind="stable").tolist():
            best.setdefault(held[place][0], float(scores[place]))
        return [Found(id_, score) for id_, score in best.items() if score > 0]


def _in_force(selection: Selection) -> Condition:
    """Passages of `p` whose wording held at the asked time: the newest, unless a time is asked."""
    if selection.as_of is None and selection.recorded_as_of is None:
        return "p.recorded_until IS NULL", []
    parts: list[str] = []
    values: list[Bound] = []
    for axis, instant in (("said", selection.as_of), ("recorded", selection.recorded_as_of)):
        if instant is not None:
            parts.append(f"p.{axis}_from <= %s AND (p.{axis}_until IS NULL OR p.{axis}_until > %s)")
            values += [to_micros(instant)] * 2
    return " AND ".join(parts), values
