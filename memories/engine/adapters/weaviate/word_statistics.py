"""What is known of a project's words: counted by Weaviate, remembered until something changes."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from weaviate.classes.aggregate import Metrics
from weaviate.classes.query import Filter as Where
from weaviate.collections import Collection as Tenanted
from weaviate.collections.classes.aggregate import AggregateInteger, AggregateReturn

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.domain import WordStatistics
from memories.engine.storage.remembered import Remembered
from memories.engine.text.bm25 import rarity, usual_length


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
        held = self._remembered.get_all("holding", terms, self._holding)
        rows, length = self._remembered.get("totals", self._totals)
        return WordStatistics(
            tuple(rarity(max(held[term] for term in each), rows) for each in alternatives),
            usual_length(length, rows),
        )

    def _holding(self, terms: Collection[str]) -> Mapping[str, int]:
        """How many passages hold each of the terms, counted side by side."""
        answers = self._cluster.ask_each(
            PASSAGES, self._tenant, [partial(_count, term=term) for term in terms]
        )
        return {term: each.total_count or 0 for term, each in zip(terms, answers, strict=True)}

    def _totals(self) -> tuple[int, int]:
        answer = self._cluster.ask(
            PASSAGES,
            self._tenant,
            lambda passages: passages.aggregate.over_all(
                total_count=True, return_metrics=[Metrics("length").integer(sum_=True)]
            ),
        )
        length = answer.properties.get("length")
        terms = length.sum_ if isinstance(length, AggregateInteger) else 0
        return answer.total_count or 0, terms or 0


def _count(passages: Tenanted, *, term: str) -> AggregateReturn:
    return passages.aggregate.over_all(
        filters=Where.by_property("terms").equal(term), total_count=True
    )
