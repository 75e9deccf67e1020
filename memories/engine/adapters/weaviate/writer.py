"""Bringing a project's tenant up to date with the truth, and telling where it is not.

What is written is a state, not a step: the same again changes nothing, in whatever order.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, TypeVar

from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter as Where
from weaviate.collections import Collection as Tenanted

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.documents import (
    Document,
    documents_of,
    entity_document,
)
from memories.engine.adapters.weaviate.filters import LABELS
from memories.engine.adapters.weaviate.labels import is_label
from memories.engine.adapters.weaviate.schema import ENTITIES, PASSAGES
from memories.engine.domain import IndexedEntity, IndexedRow
from memories.engine.errors import IndexUnavailable

_Answer = TypeVar("_Answer")
_INSERT_SECONDS: Final = 30.0
_MOST: Final = 10_000
# Objects of one request; with their vectors some 400 KB.
_BATCH: Final = 200


class WeaviateWriter:
    """Writes one project's tenant."""

    def __init__(self, cluster: Cluster, *, tenant: str, dimensions: int) -> None:
        """Begin.

        Args:
            cluster: where it is.
            tenant: the project's; made when it is first written to.
            dimensions: length of every vector.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._dimensions = dimensions

    def settle(self, ids: Collection[str], rows: Mapping[str, IndexedRow]) -> int:
        """Let the index hold exactly these passages of the rows.

        Args:
            ids: which memories and messages.
            rows: those of them that are there; of the others nothing stays.

        Returns:
            How many objects were not as they should be.

        Raises:
            IndexUnavailable: not all of it is written; the same again completes it.
        """
        wanted = [
            document
            for row in rows.values()
            for document in documents_of(row, dimensions=self._dimensions)
        ]
        return self._bring(PASSAGES, ids, wanted)

    def settle_entities(self, ids: Collection[str], entities: Mapping[str, IndexedEntity]) -> int:
        """As `settle`, for entities."""
        wanted = [entity_document(each, dimensions=self._dimensions) for each in entities.values()]
        return self._bring(ENTITIES, ids, wanted)

    def count(self) -> int:
        """How many objects the tenant holds."""
        self._cluster.make_tenant(self._tenant)
        return sum(
            self._call(
                name, lambda held: held.aggregate.over_all(total_count=True).total_count or 0
            )
            for name in (PASSAGES, ENTITIES)
        )

    def _bring(self, name: str, ids: Collection[str], wanted: Sequence[Document]) -> int:
        if not ids:
            return 0
        self._cluster.make_tenant(self._tenant)
        held = self._held(name, ids)
        missing = [each for each in wanted if held.get(each.id) != each.fingerprint]
        surplus = held.keys() - {each.id for each in wanted}
        # What should not be found goes first.
        self._delete(name, sorted(surplus))
        for first in range(0, len(missing), _BATCH):
            self._insert(name, missing[first : first + _BATCH])
        return len(missing) + len(surplus)

    def _held(self, name: str, ids: Collection[str]) -> dict[str, str]:
        """Fingerprints of the objects that are there of the rows, by id."""
        where = LABELS.contains_any([is_label("id", id_) for id_ in ids])
        found = self._call(
            name,
            lambda held: held.query.fetch_objects(
                filters=where, limit=_MOST, return_properties=["fingerprint"]
            ),
        )
        return {str(each.uuid): str(each.properties["fingerprint"]) for each in found.objects}

    def _delete(self, name: str, ids: Sequence[str]) -> None:
        left = len(ids)
        while left:
            # One request deletes no more than the cluster gives at once.
            deleted = self._call(
                name, lambda held: held.data.delete_many(where=Where.by_id().contains_any(ids))
            )
            if deleted.failed:
                raise IndexUnavailable(f"{deleted.failed} objects could not be deleted")
            left = deleted.matches - deleted.successful

    def _insert(self, name: str, documents: Sequence[Document]) -> None:
        objects = [
            DataObject(uuid=each.id, properties=dict(each.properties), vector=each.vector.tolist())
            for each in documents
        ]
        written = self._call(name, lambda held: held.data.insert_many(objects))
        if written.has_errors:
            # The client raises nothing for single objects: each answer is to be read.
            raise IndexUnavailable(f"{len(written.errors)} objects could not be written")

    def _call(self, name: str, ask: Callable[[Tenanted], _Answer]) -> _Answer:
        return self._cluster.ask(name, self._tenant, ask, seconds=_INSERT_SECONDS)
