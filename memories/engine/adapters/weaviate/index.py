"""The read half of a SearchIndex over one project's tenant."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import numpy as np
from weaviate.classes.aggregate import Metrics
from weaviate.classes.query import Filter as Where
from weaviate.collections.classes.aggregate import AggregateNumber
from weaviate.collections.classes.filters import _Filters as Wherever

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.documents import place_label
from memories.engine.adapters.weaviate.entities import Entities
from memories.engine.adapters.weaviate.filters import LABELS, NEVER, all_of, micros
from memories.engine.adapters.weaviate.gathering import gather, neighbours_of, own_relevance
from memories.engine.adapters.weaviate.labels import has_label, near_label
from memories.engine.adapters.weaviate.parts import MOST, ROW, ROW_AND_TERMS
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.adapters.weaviate.stored import StoredPassage, read_passages
from memories.engine.adapters.weaviate.told import read_message, read_rows
from memories.engine.adapters.weaviate.visibility import of_scope, visible
from memories.engine.adapters.weaviate.whole import SmallScopes
from memories.engine.adapters.weaviate.wire import Question
from memories.engine.adapters.weaviate.word_statistics import Statistics
from memories.engine.domain import (
    Candidates,
    Found,
    Interval,
    KnownEntity,
    Message,
    Scope,
    Selection,
    ShownRow,
    Vector,
    WordStatistics,
)
from memories.engine.ports.index_server import IndexState

# Passages asked for, for each row wanted: a long text has several.
_PASSAGES_PER_ROW: Final = 2
# Weaviate weighs words a little otherwise than the engine: of so many times more rows that it finds
# the engine takes its own best.
_WIDER: Final = 3
_TOLD: Final = ["row", "told"]


class WeaviateIndex:
    """Finds rows by meaning, words, entities and time in a project's tenant."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        tenant: str,
        statistics: Statistics,
        entities: Entities,
        state: Callable[[], IndexState],
    ) -> None:
        """Begin.

        Args:
            cluster: where it is.
            tenant: the project's.
            statistics: of the project's words.
            entities: of the project.
            state: tells the state that the index is in.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._statistics = statistics
        self._entities = entities
        self._state = state
        self._scopes = SmallScopes(cluster, tenant=tenant)

    def semantic(
        self, vector: Vector, *, scope: Scope, selection: Selection, limit: int, messages: bool
    ) -> Sequence[Found]:
        passages = self._scopes.passages(scope, selection)
        wanted = _PASSAGES_PER_ROW * limit
        while True:
            near = passages.near(vector, most=wanted, messages=messages)
            found = _best_of_rows(near, limit)
            if len(found) >= limit or len(near) < wanted or wanted >= MOST:
                return found
            wanted = min(4 * wanted, MOST)

    def lexical(
        self,
        alternatives: Sequence[Sequence[str]],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        terms = list(dict.fromkeys(term for each in alternatives for term in each))
        if not terms:
            return []
        passages = self._scopes.passages(scope, selection).holding(
            terms, most=min(_WIDER * limit, MOST), messages=messages
        )
        scores = own_relevance(passages, alternatives, self._statistics.of(alternatives))
        scored = zip(passages, scores.tolist(), strict=True)
        best = sorted(scored, key=lambda each: (-each[1], each[0].number, each[0].start))
        return _best_of_rows([(each.owner_id, score) for each, score in best if score > 0], limit)

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
        seen = self._scopes.passages(scope, selection)
        words = self._statistics.of(alternatives)
        passages = seen.of_rows(owner_ids, vector)
        around = seen.at(neighbours_of(passages))
        gathered = gather(
            passages,
            around,
            asked_for=frozenset(owner_ids),
            alternatives=alternatives,
            words=words,
            mentions_of=entities,
        )
        # Older wordings, and what the index has not heard of, the truth has.
        is_newest = selection.as_of is None and selection.recorded_as_of is None
        if not (is_newest and self._state().is_told):
            return gathered
        told = {each.owner_id: each.told for each in passages}
        names_of = partial(self._entities.names_of, scope=scope)

        def shown(ids: Collection[str]) -> Mapping[str, ShownRow]:
            wanted = {id_: told[id_] for id_ in ids if id_ in told}
            return read_rows(wanted, scope=scope, names_of=names_of)

        return replace(gathered, shown=shown)

    def words(self, alternatives: Sequence[Sequence[str]], *, scope: Scope) -> WordStatistics:
        return self._statistics.of(alternatives)

    def matched_terms(
        self, owner_ids: Collection[str], terms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[str]]:
        if not owner_ids:
            return {}
        where = all_of(
            [
                LABELS.contains_any([near_label(id_) for id_ in owner_ids]),
                *of_scope(scope),
                Where.by_property("recorded_until").greater_or_equal(NEVER),
            ]
        )
        found: dict[str, list[str]] = {}
        for passage in self._find(Question(where, MOST, ROW_AND_TERMS)):
            if passage.owner_id not in owner_ids:
                continue
            held = found.setdefault(passage.owner_id, [])
            held += [term for term in terms if term in passage.terms and term not in held]
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
        if not weights:
            return []
        passages = self._scopes.passages(scope, selection).naming(weights, messages=messages)
        best = {
            each.owner_id: (
                -sum(weight * each.mentions.get(id_, 0.0) for id_, weight in weights.items()),
                -each.number,
            )
            for each in passages
        }
        ranked = sorted(best, key=lambda owner_id: best[owner_id])
        return [Found(owner_id, -best[owner_id][0]) for owner_id in ranked[:limit]]

    def near_entities(self, vector: Vector, *, scope: Scope, limit: int) -> Sequence[Found]:
        return self._entities.near(vector, scope=scope, limit=limit)

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        return self._entities.meant_by(forms, scope=scope)

    def turns(
        self, places: Collection[tuple[str, int]], *, scope: Scope, selection: Selection
    ) -> Sequence[Message]:
        if not places:
            return []
        there = LABELS.contains_any([place_label(*place) for place in places])
        where = all_of([there, visible(scope, replace(selection, filter=None))])
        first: dict[str, StoredPassage] = {}
        for each in self._find(Question(where, MOST, _TOLD)):
            first.setdefault(each.owner_id, each)
        return [read_message(each.told) for each in first.values()]

    def temporal(
        self,
        interval: Interval,
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        start, until = micros(interval.start), micros(interval.until)
        number = Where.by_property
        # A row that tells of a time is found by that.
        told = [
            number("occurred_from").less_than(until),
            number("occurred_until").greater_than(start),
        ]
        said = [
            Where.not_(LABELS.equal(has_label("occurred_from"))),
            number("said_at").greater_or_equal(start),
            number("said_at").less_than(until),
        ]
        where = all_of(
            [
                visible(scope, selection, messages=messages),
                Where.any_of([Where.all_of(told), Where.all_of(said)]),
            ]
        )
        middle = (start + until) / 2
        passages = self._nearest_in_time(where, middle, limit=_PASSAGES_PER_ROW * limit)
        nearest = sorted(
            passages, key=lambda each: (abs(_at(each) - middle / 1e6), each.number, each.start)
        )
        return [Found(id_, 1.0) for id_ in list(dict.fromkeys(e.owner_id for e in nearest))[:limit]]

    def newest(self, *, scope: Scope, selection: Selection) -> datetime | None:
        where = visible(scope, selection)
        answer = self._cluster.ask(
            PASSAGES,
            self._tenant,
            lambda passages: passages.aggregate.over_all(
                filters=where, return_metrics=[Metrics("said_at").number(maximum=True)]
            ),
        )
        said_at = answer.properties.get("said_at")
        if not isinstance(said_at, AggregateNumber) or said_at.maximum is None:
            return None
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=said_at.maximum)

    def _nearest_in_time(
        self, where: Wherever, middle: float, *, limit: int
    ) -> Sequence[StoredPassage]:
        """The passages nearest to an instant; sorted by Weaviate only where there are many."""
        passages = self._find(Question(where, limit + 1, ROW))
        if len(passages) <= limit:
            return passages
        at = Where.by_property("at")
        sides = ((at.greater_or_equal(middle), True), (at.less_than(middle), False))
        return [
            passage
            for side, ascending in sides
            for passage in self._find(
                Question(all_of([where, side]), limit, ROW, by="at", ascending=ascending)
            )
        ]

    def _find(self, question: Question) -> list[StoredPassage]:
        return read_passages(self._cluster.find(PASSAGES, self._tenant, question))


def _best_of_rows(scored: Sequence[tuple[str, float]], limit: int) -> list[Found]:
    """Rows by their best passage; the passages come best first."""
    best: dict[str, float] = {}
    for owner_id, score in scored:
        best.setdefault(owner_id, score)
    return [Found(owner_id, score) for owner_id, score in list(best.items())[:limit]]


def _at(passage: StoredPassage) -> float:
    """When what it tells of was, or else when it was said; in seconds since 1970."""
    told = float(np.mean(passage.occurred))
    return passage.said_at if np.isnan(told) else told
