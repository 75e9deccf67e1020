"""A Weaviate cluster as a server of indexes."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.entities import Entities
from memories.engine.adapters.weaviate.index import WeaviateIndex
from memories.engine.adapters.weaviate.word_statistics import Statistics
from memories.engine.adapters.weaviate.writer import WeaviateWriter
from memories.engine.ports.index_server import IndexState
from memories.engine.storage.remembered import Remembered


class WeaviateServer:
    """One tenant a project."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def reads(self, project: str, *, state: Callable[[], IndexState]) -> WeaviateIndex:
        remembered = Remembered(lambda: state().name)
        statistics = Statistics(self._cluster, tenant=project, remembered=remembered)
        entities = Entities(self._cluster, tenant=project, remembered=remembered)
        return WeaviateIndex(
            self._cluster, tenant=project, statistics=statistics, entities=entities, state=state
        )

    def writes(self, project: str, *, dimensions: int) -> WeaviateWriter:
        return WeaviateWriter(self._cluster, tenant=project, dimensions=dimensions)

    def one_search(self) -> AbstractContextManager[object]:
        return self._cluster.one_search()

    def rest(self, projects: Collection[str]) -> None:
        self._cluster.rest_tenants([*projects])

    def remove(self, project: str) -> None:
        self._cluster.remove_tenant(project)

    def is_ready(self) -> bool:
        return self._cluster.is_ready()

    def close(self) -> None:
        self._cluster.close()
