"""The way to a Weaviate cluster: opened when it is first asked, left when it does not answer."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache, partial
from typing import Final, TypeVar
from urllib.parse import urlsplit

import weaviate
from weaviate import WeaviateClient
from weaviate.classes.config import ConsistencyLevel
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.classes.tenants import Tenant, TenantActivityStatus
from weaviate.collections import Collection
from weaviate.exceptions import WeaviateBaseError, WeaviateQueryError
from weaviate.proto.v1 import search_get_pb2

from memories.engine.adapters.weaviate.schema import ENTITIES, PASSAGES, make_collections
from memories.engine.adapters.weaviate.wire import (
    FoundObject,
    Question,
    found_in,
    request_of,
)
from memories.engine.errors import IndexUnavailable
from memories.engine.ports.index_server import IndexAddress

_Answer = TypeVar("_Answer")
# The client itself waits up to 63 s for a dead endpoint, outside of any timeout that it is given:
# calls run in threads of their own, which are left behind.
_THREADS: Final = 32
# Projects' parts of collections that are kept at hand.
_PARTS: Final = 512
# After so many failures in a row nothing is asked for a while; then one call tries.
_FAILURES: Final = 5
_REST_SECONDS: Final = 2.0
_CONNECT_SECONDS: Final = 5
_READY_SECONDS: Final = 1.0
_INSERT_SECONDS: Final = 30


class Cluster:
    """Calls to one cluster, each with a deadline; safe for several threads, and after a fork."""

    def __init__(self, address: IndexAddress) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._process = 0
        self._way: _Way | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._failures = 0
        self._rests_until = 0.0
        self._tenants: set[str] = set()

    def call(self, ask: Callable[[WeaviateClient], _Answer], *, seconds: float = 0) -> _Answer:
        """Ask something.

        Args:
            ask: the call.
            seconds: how long it may take; the usual if 0.

        Raises:
            IndexUnavailable: the cluster did not answer, or refused.
        """
        return self._answers([lambda way: ask(way.client)], seconds)[0]

    def find(self, collection: str, tenant: str, question: Question) -> list[FoundObject]:
        """What is found in one project's part of a collection.

        Args:
            collection: its name.
            tenant: the project's.
            question: what to look for.

        Raises:
            IndexUnavailable: the cluster did not answer, or refused.
        """
        self.make_tenant(tenant)
        request = request_of(
            question, collection=collection, tenant=tenant, quorum=self.address.replicas > 1
        )
        reply = self._answers([lambda way: way.found(request)], 0)[0]
        return found_in(reply, question)

    def ask(
        self,
        collection: str,
        tenant: str,
        ask: Callable[[Collection], _Answer],
        *,
        seconds: float = 0,
    ) -> _Answer:
        """Ask one project's part of a collection: there is no way to several projects' at once.

        Args:
            collection: its name.
            tenant: the project's.
            ask: the question.
            seconds: as for `call`.

        Raises:
            IndexUnavailable: the cluster did not answer, or refused.
        """
        return self.ask_each(collection, tenant, [ask], seconds=seconds)[0]

    def ask_each(
        self,
        collection: str,
        tenant: str,
        asks: Sequence[Callable[[Collection], _Answer]],
        *,
        seconds: float = 0,
    ) -> list[_Answer]:
        """As `ask`, several questions side by side; the answers are in their order."""
        self.make_tenant(tenant)

        def call(ask: Callable[[Collection], _Answer], way: _Way) -> _Answer:
            return ask(way.part(collection, tenant))

        return self._answers([partial(call, ask) for ask in asks], seconds)

    def _answers(
        self, calls: Sequence[Callable[["_Way"], _Answer]], seconds: float
    ) -> list[_Answer]:
        self._check_rest()
        threads = self._threads_of_process()
        begun = [threads.submit(self._do, call) for call in calls]
        until = time.monotonic() + (seconds or self.address.deadline_seconds)
        try:
            answers = [each.result(max(0.0, until - time.monotonic())) for each in begun]
        except TookTooLong as error:
            self._failed()
            raise IndexUnavailable("the index did not answer in time") from error
        except WeaviateQueryError as error:
            self._failed()
            raise IndexUnavailable("the index refused a question") from error
        except (WeaviateBaseError, OSError) as error:
            self._failed()
            raise IndexUnavailable("the index does not answer") from error
        finally:
            for each in begun:
                each.cancel()
        self._failures = 0
        return answers

    def _do(self, call: Callable[["_Way"], _Answer]) -> _Answer:
        return call(self._opened())

    def make_tenant(self, tenant: str) -> None:
        """Make a project's place; one that is there stays as it is."""
        if tenant not in self._tenants:
            self.call(lambda client: _make_tenant(client, tenant), seconds=_CONNECT_SECONDS)
            self._tenants.add(tenant)

    def remove_tenant(self, tenant: str) -> None:
        """Delete everything of a project."""
        self._tenants.discard(tenant)

        def remove(client: WeaviateClient) -> None:
            for name in (PASSAGES, ENTITIES):
                client.collections.get(name).tenants.remove([tenant])

        self.call(remove, seconds=_CONNECT_SECONDS)

    def rest_tenant(self, tenant: str) -> None:
        """Let a project that nobody asks for give its memory back; the next call wakes it."""

        def rest(client: WeaviateClient) -> None:
            cold = Tenant(name=tenant, activity_status=TenantActivityStatus.INACTIVE)
            for name in (PASSAGES, ENTITIES):
                client.collections.get(name).tenants.update([cold])

        self.call(rest, seconds=_CONNECT_SECONDS)

    def is_ready(self) -> bool:
        """True if the cluster answers; within a second."""
        try:
            return self.call(lambda client: client.is_ready(), seconds=_READY_SECONDS)
        except IndexUnavailable:
            return False

    def close(self) -> None:
        """Close the way. Twice is harmless."""
        with self._lock:
            way, self._way = self._way, None
            threads, self._threads = self._threads, None
            is_ours, self._process = self._process == os.getpid(), 0
        if is_ours and way is not None:
            way.client.close()
        if is_ours and threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    def _check_rest(self) -> None:
        if self._failures >= _FAILURES:
            with self._lock:
                if time.monotonic() < self._rests_until:
                    raise IndexUnavailable("the index does not answer; it is asked again soon")
                self._rests_until = time.monotonic() + _REST_SECONDS

    def _failed(self) -> None:
        self._failures += 1
        self._rests_until = time.monotonic() + _REST_SECONDS

    def _threads_of_process(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._process != os.getpid() or self._threads is None:
                # A client and its threads must not cross a fork: the child makes its own.
                self._process = os.getpid()
                self._way = None
                self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="weaviate")
            return self._threads

    def _opened(self) -> "_Way":
        with self._lock:
            if self._way is None:
                client = _connect(self.address)
                make_collections(client, replicas=self.address.replicas, graph=self.address.graph)
                self._way = _Way(client, replicas=self.address.replicas)
            return self._way


class _Way:
    """One opened client."""

    def __init__(self, client: WeaviateClient, *, replicas: int) -> None:
        self.client = client
        # Of three nodes any one may be away, and what two have taken is found by the next two.
        self._level = ConsistencyLevel.QUORUM if replicas > 1 else ConsistencyLevel.ONE
        # To make one takes longer than to ask it.
        self.part = lru_cache(_PARTS)(self._part)

    def found(self, request: search_get_pb2.SearchRequest) -> search_get_pb2.SearchReply:
        """What Weaviate finds; there is no public way to ask it so."""
        return self.client._connection.grpc_search(request)  # noqa: SLF001

    def _part(self, collection: str, tenant: str) -> Collection:
        every = self.client.collections.get(collection)
        return every.with_tenant(tenant).with_consistency_level(self._level)


def _make_tenant(client: WeaviateClient, tenant: str) -> None:
    for name in (PASSAGES, ENTITIES):
        tenants = client.collections.get(name).tenants
        if not tenants.exists(tenant):
            tenants.create([Tenant(name=tenant)])


def _connect(address: IndexAddress) -> WeaviateClient:
    rest = urlsplit(address.url)
    host, _, port = address.grpc.rpartition(":")
    is_secure = rest.scheme == "https"
    return weaviate.connect_to_custom(
        http_host=rest.hostname or "",
        http_port=rest.port or (443 if is_secure else 80),
        http_secure=is_secure,
        grpc_host=host,
        grpc_port=int(port),
        grpc_secure=is_secure,
        auth_credentials=Auth.api_key(address.key) if address.key else None,
        skip_init_checks=True,
        additional_config=AdditionalConfig(
            timeout=Timeout(
                init=_CONNECT_SECONDS, query=address.deadline_seconds, insert=_INSERT_SECONDS
            )
        ),
    )
