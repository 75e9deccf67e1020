"""What is known of a project's words: counted by Weaviate, remembered until something changes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from weaviate.classes.aggregate import Metrics
from weaviate.classes.query import Filter as Where
from weaviate.collections import Collection as Tenanted
from weaviate.collections.classes.aggregate import AggregateInteger, AggregateReturn

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.domain import WordStatistics
from memories.engine.storage.remembered import Remembered
from memories.engine.text.bm25 import rarity, usual_length

# Where more words than this are to be counted, they are counted side by side.
_SIDE_BY_SIDE_FROM: Final = 4
_SIDE_BY_SIDE: Final = 4


class Statistics:
    """Counts of one project."""

    def __init__(self, cluster: Cluster, *, tenant: str, remembered: Remembered) -> None:
        """Begin.

        Args:
            cluster: where the project is.
            tenant: the project's.
            remembered: keeps what was counted.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._remembered = remembered

    def of(self, alternatives: Sequence[Sequence[str]]) -> WordStatistics:
        """For each word of a question, how rare it is: as the most usual of its alternatives."""
        terms = list(dict.fromkeys(term for each in alternatives for term in each))
        state = self._remembered.state()
        held = self._counts(terms, state)
        rows, length = self._remembered.get_in(state, "totals", self._totals)
        return WordStatistics(
            tuple(rarity(max(held[term] for term in each), rows) for each in alternatives),
            usual_length(length, rows),
        )

    def _counts(self, terms: Sequence[str], state: object) -> dict[str, int]:
        def holding(term: str) -> int:
            return self._remembered.get_in(state, ("term", term), partial(self._count, term))

        if len(terms) < _SIDE_BY_SIDE_FROM:
            return {term: holding(term) for term in terms}
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
            return dict(zip(terms, threads.map(holding, terms), strict=True))

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
