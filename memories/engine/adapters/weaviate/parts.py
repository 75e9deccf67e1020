"""Passages that a search may see, each sort asked of Weaviate by itself."""

from collections.abc import Collection, Sequence
from typing import Final

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.filters import LABELS, all_of
from memories.engine.adapters.weaviate.labels import EMBEDDED, is_label, near_label
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.adapters.weaviate.stored import StoredPassage, read_passages
from memories.engine.adapters.weaviate.visibility import visible
from memories.engine.adapters.weaviate.wire import Question
from memories.engine.domain import Scope, Selection, Vector

# No more than Weaviate gives at once, unless it is told otherwise.
MOST: Final = 10_000
OWNER: Final = ["owner"]
ROW: Final = ["row"]
ROW_AND_TERMS: Final = ["row", "terms"]
EVERYTHING: Final = ["row", "terms", "told"]


class Parts:
    """Passages of one scope and selection."""

    def __init__(
        self, cluster: Cluster, *, tenant: str, scope: Scope, selection: Selection
    ) -> None:
        self._cluster = cluster
        self._tenant = tenant
        self._scope = scope
        self._selection = selection

    def near(self, vector: Vector, *, most: int, messages: bool) -> list[tuple[str, float]]:
        """The nearest passages' owners with their cosines, nearest first."""
        seen = visible(self._scope, self._selection, messages=messages)
        where = all_of([LABELS.equal(EMBEDDED), seen])
        found = self._cluster.find(
            PASSAGES, self._tenant, Question(where, most, OWNER, vector=vector)
        )
        return [(each.texts["owner"], 1.0 - each.distance) for each in found]

    def holding(
        self, terms: Sequence[str], *, most: int, messages: bool
    ) -> Sequence[StoredPassage]:
        """Passages that hold any of the terms; those that Weaviate takes for the best."""
        where = visible(self._scope, self._selection, messages=messages)
        return self._find(Question(where, most, ROW_AND_TERMS, words=terms))

    def naming(self, entity_ids: Collection[str], *, messages: bool) -> Sequence[StoredPassage]:
        """Passages that mention any of the entities."""
        mentioned = LABELS.contains_any([is_label("entity", id_) for id_ in entity_ids])
        seen = visible(self._scope, self._selection, messages=messages)
        return self._find(Question(all_of([mentioned, seen]), MOST, ROW))

    def of_rows(
        self, owner_ids: Collection[str], vector: "Vector | None"
    ) -> Sequence[StoredPassage]:
        """Passages of the rows, of what they were learned from and of what was from them."""
        if not owner_ids:
            return []
        theirs = LABELS.contains_any([near_label(id_) for id_ in owner_ids])
        where = all_of([theirs, visible(self._scope, self._selection)])
        return self._find(Question(where, MOST, EVERYTHING, vector=vector))

    def at(self, places: Collection[str]) -> Sequence[StoredPassage]:
        """Passages of messages that stand there, a label each."""
        if not places:
            return []
        there = LABELS.contains_any(list(places))
        where = all_of([there, visible(self._scope, self._selection)])
        return self._find(Question(where, MOST, ROW_AND_TERMS))

    def _find(self, question: Question) -> list[StoredPassage]:
        return read_passages(self._cluster.find(PASSAGES, self._tenant, question))
