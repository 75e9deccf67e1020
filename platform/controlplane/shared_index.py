"""One way to the index server a process: clients of it must not cross a fork."""

import atexit
from functools import cache

from memories.engine.bootstrap import open_index_server
from memories.engine.ports.index_server import IndexAddress, IndexServer


@cache
def shared_index(address: IndexAddress) -> IndexServer:
    """The index server, asked for the first time when something is to be found or written."""
    server = open_index_server(address)
    atexit.register(server.close)
    return server
