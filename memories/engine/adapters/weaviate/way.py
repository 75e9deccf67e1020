"""The way to one node of a cluster: a client, and threads that ask it."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
import weaviate
from grpc import RpcError, StatusCode
from weaviate import WeaviateClient
from weaviate.classes.config import ConsistencyLevel
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.collections import Collection
from weaviate.config import GrpcConfig
from weaviate.exceptions import (
    UnexpectedStatusCodeError,
    WeaviateBaseError,
    WeaviateInsertManyAllFailedError,
    WeaviateQueryError,
)
from weaviate.proto.v1 import search_get_pb2

from memories.engine.errors import IndexUnavailable
from memories.engine.ports.index_server import IndexNode

_Answer = TypeVar("_Answer")
# It says when it repeats something, with what it was told.
logging.getLogger("weaviate-client").setLevel(logging.WARNING)
# Whoever asks waits no longer than it may: what is asked goes on in a thread, and is left behind.
_THREADS: Final = 32
# Projects' parts of collections that are kept at hand.
_PARTS: Final = 512
_CONNECT_SECONDS: Final = 2
# The longest that anything of the client goes on for; whoever asks says how long it waits.
LONGEST_SECONDS: Final = 10
_FAILURES: Final = (WeaviateBaseError, httpx.HTTPError, RpcError, OSError)
_AWAY: Final = frozenset({StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED})
_CHANNEL: Final = (
    # A call that finds no connection waits for one. One that fails for it is repeated by the client
    # for up to 63 seconds, whatever it was given.
    ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "waitForReady": True}]})),
    # A node that is back is found soon.
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A new way does not take over the connection that the one before it was left for.
    ("grpc.use_local_subchannel_pool", 1),
)


class DoesNotAnswer(Exception):
    """The node can't be reached, or takes too long."""


class Way:
    """Calls to one node, each with a deadline. Of one process: it must not cross a fork."""

    def __init__(self, node: IndexNode, *, key: str) -> None:
        self.process = os.getpid()
        self._node = node
        self._key = key
        self._opening = threading.Lock()
        self._client: WeaviateClient | None = None
        self._is_left = False
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="weaviate")
        # To make one takes longer than to ask it.
        self._parts = lru_cache(_PARTS)(self._part)

    def call_each(
        self, asks: Sequence[Callable[["Way"], _Answer]], *, seconds: float
    ) -> list[_Answer]:
        """Ask several things side by side; the answers are in their order.

        Args:
            asks: the calls, given this way.
            seconds: how long all of them may take.

        Raises:
            DoesNotAnswer: the node can't be reached, or takes longer.
            IndexUnavailable: it answered, and refused.
        """
        until = time.monotonic() + seconds
        begun: list[Future[_Answer]] = []
        try:
            begun += [self._threads.submit(ask, self) for ask in asks]
            return [each.result(max(0.0, until - time.monotonic())) for each in begun]
        except TookTooLong as error:
            raise DoesNotAnswer from error
        except Exception as error:
            if _is_refusal(error):
                raise IndexUnavailable("the index refused what it was asked") from error
            if self._is_left or isinstance(error, _FAILURES):
                raise DoesNotAnswer from error
            raise
        finally:
            for each in begun:
                each.cancel()

    def part(self, collection: str, tenant: str, level: ConsistencyLevel) -> Collection:
        """A project's part of a collection, to be asked within a call."""
        return self._parts(collection, tenant, level)

    def found(self, request: search_get_pb2.SearchRequest) -> search_get_pb2.SearchReply:
        """What the node finds, within a call; the client has no public way to ask it so."""
        return self.client._connection.grpc_search(request)  # noqa: SLF001

    def leave(self) -> None:
        """Ask nothing more, and end what is being asked. Twice is harmless."""
        self._is_left = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        client = self._client
        if client is not None:
            client.close()

    def _part(self, collection: str, tenant: str, level: ConsistencyLevel) -> Collection:
        every = self.client.collections.get(collection)
        return every.with_tenant(tenant).with_consistency_level(level)

    @property
    def client(self) -> WeaviateClient:
        """The client, opened when it is first needed; to be used within a call."""
        with self._opening:
            if self._client is None:
                client = _connect(self._node, self._key)
                self._client = client
                if self._is_left:
                    client.close()
            return self._client


def _is_refusal(error: Exception) -> bool:
    """True if a node answered, and the answer is no."""
    if isinstance(error, WeaviateQueryError):
        cause = error.__context__
        return isinstance(cause, RpcError) and cause.code() not in _AWAY
    return isinstance(error, UnexpectedStatusCodeError | WeaviateInsertManyAllFailedError)


def _connect(node: IndexNode, key: str) -> WeaviateClient:
    rest = urlsplit(node.url)
    host, _, port = node.grpc.rpartition(":")
    is_secure = rest.scheme == "https"
    return weaviate.connect_to_custom(
        http_host=rest.hostname or "",
        http_port=rest.port or (443 if is_secure else 80),
        http_secure=is_secure,
        grpc_host=host,
        grpc_port=int(port),
        grpc_secure=is_secure,
        auth_credentials=Auth.api_key(key) if key else None,
        skip_init_checks=True,
        additional_config=AdditionalConfig(
            timeout=Timeout(init=_CONNECT_SECONDS, query=LONGEST_SECONDS, insert=LONGEST_SECONDS),
            grpc_config=GrpcConfig(channel_options=_CHANNEL),
        ),
    )
