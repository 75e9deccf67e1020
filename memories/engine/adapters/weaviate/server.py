"""A Weaviate cluster as a server of indexes."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.entities import Entities
from memories.engine.adapters.weaviate.index import WeaviateIndex
from memories.engine.adapters.weaviate.whole import reading_once
from memories.engine.adapters.weaviate.word_statistics import Statistics
from memories.engine.adapters.weaviate.writer import WeaviateWriter
from memories.engine.ports.index_server import IndexState
from memories.engine.storage.remembered import Remembered


class WeaviateServer:
    """One tenant a project."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def reads(self, project: str, *, state: Callable[[], IndexState]) -> WeaviateIndex:
        # Apart, so that many names do not push out the words' counts, which take longer to get.
        words, names = Remembered(lambda: state().name), Remembered(lambda: state().name)
        statistics = Statistics(self._cluster, tenant=project, remembered=words)
        entities = Entities(self._cluster, tenant=project, remembered=names)
        return WeaviateIndex(
            self._cluster, tenant=project, statistics=statistics, entities=entities, state=state
        )

    def writes(self, project: str, *, dimensions: int) -> WeaviateWriter:
        return WeaviateWriter(self._cluster, tenant=project, dimensions=dimensions)

    @contextmanager
    def one_search(self) -> Iterator[None]:
        with self._cluster.one_search(), reading_once():
            yield

    def rest(self, projects: Collection[str]) -> None:
        self._cluster.rest_tenants([*projects])

    def remove(self, project: str) -> None:
        self._cluster.remove_tenant(project)

    def is_ready(self) -> bool:
        return self._cluster.is_ready()

    def close(self) -> None:
        self._cluster.close()
