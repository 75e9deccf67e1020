"""An index on a server of its own."""

from memories.engine.ports.index_server import IndexAddress, IndexServer


def open_index_server(address: IndexAddress) -> IndexServer:
    """A cluster, asked for the first time when something is to be found or written."""
    from memories.engine.adapters.weaviate.cluster import Cluster
    from memories.engine.adapters.weaviate.server import WeaviateServer

    return WeaviateServer(Cluster(address))
