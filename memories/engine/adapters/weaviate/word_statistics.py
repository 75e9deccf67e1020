"""What is known of a project's words: counted by Weaviate, remembered until something changes."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, cast

from weaviate.classes.aggregate import Metrics
from weaviate.classes.query import Filter as Where
from weaviate.collections import Collection as Tenanted
from weaviate.collections.classes.aggregate import AggregateInteger, AggregateReturn

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.domain import WordStatistics
from memories.engine.text.bm25 import rarity, usual_length

_Fact = TypeVar("_Fact")
# Facts of one state of a project; a question asks some ten.
_MOST_REMEMBERED: Final = 10_000


class Statistics:
    """Counts of one project."""

    def __init__(self, cluster: Cluster, *, tenant: str, state: Callable[[], object]) -> None:
        """Begin without any.

        Args:
            cluster: where the project is.
            tenant: the project's.
            state: names the state that the project's index is in; None where it can't be told, and
                then nothing is remembered.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._state = state
        self._lock = threading.Lock()
        self._known: dict[Hashable, object] = {}
        self._known_in: object = None

    def of(self, alternatives: Sequence[Sequence[str]]) -> WordStatistics:
        """For each word of a question, how rare it is: as the most usual of its alternatives."""
        terms = list(dict.fromkeys(term for each in alternatives for term in each))
        state = self._state()
        held = self._counts(terms, state)
        rows, length = self._remembered("totals", state, self._totals)
        return WordStatistics(
            tuple(rarity(max(held[term] for term in each), rows) for each in alternatives),
            usual_length(length, rows),
        )

    def remembered(self, key: Hashable, learn: Callable[[], _Fact]) -> _Fact:
        """A fact about the project; asked for again once something has changed."""
        return self._remembered(key, self._state(), learn)

    def _remembered(self, key: Hashable, state: object, learn: Callable[[], _Fact]) -> _Fact:
        with self._lock:
            if state is None or state != self._known_in or len(self._known) > _MOST_REMEMBERED:
                self._known, self._known_in = {}, state
            if key in self._known:
                return cast("_Fact", self._known[key])
            known = self._known
        fact = learn()
        # What was learned of an older state goes with it.
        known[key] = fact
        return fact

    def _counts(self, terms: Sequence[str], state: object) -> dict[str, int]:
        if len(terms) < _SIDE_BY_SIDE_FROM:
            return {term: self._holding(term, state) for term in terms}
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
            counted = threads.map(lambda term: self._holding(term, state), terms)
            return dict(zip(terms, counted, strict=True))

    def _holding(self, term: str, state: object) -> int:
        return self._remembered(("term", term), state, lambda: self._count(term))

    def _count(self, term: str) -> int:
        answer = self._ask(
            lambda passages: passages.aggregate.over_all(
                filters=Where.by_property("terms").equal(term), total_count=True
            )
        )
        return answer.total_count or 0

    def _totals(self) -> tuple[int, int]:
        answer = self._ask(
            lambda passages: passages.aggregate.over_all(
                total_count=True, return_metrics=[Metrics("length").integer(sum_=True)]
            )
        )
        length = answer.properties.get("length")
        terms = length.sum_ if isinstance(length, AggregateInteger) else 0
        return answer.total_count or 0, terms or 0

    def _ask(self, ask: Callable[[Tenanted], AggregateReturn]) -> AggregateReturn:
        return self._cluster.ask(PASSAGES, self._tenant, ask)


# Where more words than this are to be counted, they are counted side by side.
_SIDE_BY_SIDE_FROM: Final = 4
_SIDE_BY_SIDE: Final = 4
