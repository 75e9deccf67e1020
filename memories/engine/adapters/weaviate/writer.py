"""Bringing a project's tenant up to date with the truth, and telling where it is not.

What is written is a state, not a step: the same again changes nothing, in whatever order.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter as Where
from weaviate.collections import Collection as Tenanted
from weaviate.collections.classes.internal import QueryReturn
from weaviate.collections.classes.types import WeaviateProperties

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.documents import (
    Document,
    Mark,
    documents_of,
    entity_document,
)
from memories.engine.adapters.weaviate.filters import LABELS
from memories.engine.adapters.weaviate.labels import is_label
from memories.engine.adapters.weaviate.schema import ENTITIES, PASSAGES
from memories.engine.domain import IndexedEntity, IndexedRow
from memories.engine.errors import IndexUnavailable

_Answer = TypeVar("_Answer")
# A project that rests wakes with the first question, and many rows take a while.
_READ_SECONDS: Final = 3.0
_WRITE_SECONDS: Final = 10.0
_MOST: Final = 10_000
_MARK: Final = ["owner", "fingerprint"]
# Objects of one request; with their vectors some 400 KB.
_BATCH: Final = 200


class WeaviateWriter:
    """Writes one project's tenant."""

    def __init__(self, cluster: Cluster, *, tenant: str, dimensions: int) -> None:
        """Begin.

        Args:
            cluster: where it is.
            tenant: the project's.
            dimensions: length of every vector.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._dimensions = dimensions

    def check(self) -> None:
        self._cluster.check()

    def settle(self, ids: Collection[str], rows: Mapping[str, IndexedRow]) -> int:
        return self._bring(PASSAGES, ids, self._passages_of(rows))

    def settle_entities(self, ids: Collection[str], entities: Mapping[str, IndexedEntity]) -> int:
        wanted = [entity_document(each, dimensions=self._dimensions) for each in entities.values()]
        return self._bring(ENTITIES, ids, wanted)

    def differing(self, ids: Collection[str], rows: Mapping[str, IndexedRow]) -> frozenset[str]:
        return self._differing(PASSAGES, ids, self._passages_of(rows))

    def differing_entities(
        self, ids: Collection[str], entities: Mapping[str, IndexedEntity]
    ) -> frozenset[str]:
        return self._differing(ENTITIES, ids, self._objects_of(entities))

    def ids(self) -> Iterator[Collection[str]]:
        return self._walk(PASSAGES)

    def entity_ids(self) -> Iterator[Collection[str]]:
        return self._walk(ENTITIES)

    def _passages_of(self, rows: Mapping[str, IndexedRow]) -> list[Document]:
        return [
            document
            for row in rows.values()
            for document in documents_of(row, dimensions=self._dimensions)
        ]

    def _objects_of(self, entities: Mapping[str, IndexedEntity]) -> list[Document]:
        return [entity_document(each, dimensions=self._dimensions) for each in entities.values()]

    def _bring(self, name: str, ids: Collection[str], wanted: Sequence[Document]) -> int:
        if not ids:
            return 0
        held = self._held(name, ids)
        missing = [each for each in wanted if held.get(each.id) != each.mark]
        surplus = held.keys() - {each.id for each in wanted}
        # What should not be found goes first.
        self._delete(name, sorted(surplus))
        for first in range(0, len(missing), _BATCH):
            self._insert(name, missing[first : first + _BATCH])
        return len(missing) + len(surplus)

    def _differing(
        self, name: str, ids: Collection[str], wanted: Sequence[Document]
    ) -> frozenset[str]:
        held = self._held(name, ids) if ids else {}
        expected = {each.id: each.mark for each in wanted}
        different = held.items() ^ expected.items()
        return frozenset(mark.owner_id for _, mark in different)

    def _walk(self, name: str) -> Iterator[Collection[str]]:
        """Owners of all objects, in the order of the objects' ids."""
        after: UUID | None = None
        while True:
            found = self._ask(name, partial(_page, after=after)).objects
            if not found:
                return
            yield frozenset(_mark_of(each.properties).owner_id for each in found)
            after = found[-1].uuid

    def _held(self, name: str, ids: Collection[str]) -> dict[str, Mark]:
        """Marks of the objects that are there of the rows, by id."""
        where = LABELS.contains_any([is_label("id", id_) for id_ in ids])
        found = self._ask(
            name,
            lambda held: held.query.fetch_objects(
                filters=where, limit=_MOST, return_properties=_MARK
            ),
        )
        return {str(each.uuid): _mark_of(each.properties) for each in found.objects}

    def _delete(self, name: str, ids: Sequence[str]) -> None:
        left = len(ids)
        while left:
            # One request deletes no more than the cluster gives at once.
            deleted = self._write(
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
        written = self._write(name, lambda held: held.data.insert_many(objects))
        if written.has_errors:
            # The client raises nothing for single objects: each answer is to be read.
            raise IndexUnavailable(f"{len(written.errors)} objects could not be written")

    def _ask(self, name: str, ask: Callable[[Tenanted], _Answer]) -> _Answer:
        return self._cluster.ask(name, self._tenant, ask, seconds=_READ_SECONDS)

    def _write(self, name: str, ask: Callable[[Tenanted], _Answer]) -> _Answer:
        return self._cluster.ask(name, self._tenant, ask, seconds=_WRITE_SECONDS)


def _page(held: Tenanted, *, after: UUID | None) -> QueryReturn[WeaviateProperties, None]:
    return held.query.fetch_objects(limit=_BATCH, after=after, return_properties=_MARK)


def _mark_of(properties: WeaviateProperties) -> Mark:
    return Mark(str(properties["owner"]), str(properties["fingerprint"]))
