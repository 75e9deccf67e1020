"""The way to a Weaviate cluster: opened when it is first asked, left when it does not answer."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Final, TypeVar

from weaviate import WeaviateClient
from weaviate.classes.config import ConsistencyLevel
from weaviate.classes.tenants import Tenant, TenantActivityStatus
from weaviate.collections import Collection

from memories.engine.adapters.weaviate.schema import ENTITIES, PASSAGES, make_collections
from memories.engine.adapters.weaviate.way import DoesNotAnswer, Way
from memories.engine.adapters.weaviate.wire import (
    FoundObject,
    Question,
    found_in,
    request_of,
)
from memories.engine.errors import IndexUnavailable
from memories.engine.ports.index_server import IndexAddress

_Answer = TypeVar("_Answer")
# After so many calls in a row that were not answered a node that answers nothing else either is
# left: for the next one, or, after the last, for a while. Then one call tries.
_FAILURES: Final = 3
# In which a node that is well says so.
_SOUND_SECONDS: Final = 0.2
_REST_SECONDS: Final = 2.0
# So long silence tells that a node is away.
_TELLING_SECONDS: Final = 1.0
# All that one search asks.
_SEARCH_SECONDS: Final = 1.8
# Of tenants and collections, on which the nodes have to agree.
_AGREE_SECONDS: Final = 5.0
_READY_SECONDS: Final = 1.0
# When the search that goes on in this context must be over.
_UNTIL: Final[ContextVar[float]] = ContextVar("until", default=float("inf"))
# As Weaviate says it.
_NO_TENANT: Final = "tenant not found"


class Cluster:
    """Calls to one cluster, each with a deadline; safe for several threads, and after a fork."""

    def __init__(self, address: IndexAddress) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._way: Way | None = None
        self._node = 0
        self._failures = 0
        self._rests_until = 0.0
        self._has_collections = False

    def call(self, ask: Callable[[WeaviateClient], _Answer], *, seconds: float = 0) -> _Answer:
        """Ask something.

        Args:
            ask: the call.
            seconds: how long it may take; the usual if 0.

        Raises:
            IndexUnavailable: the cluster did not answer, or refused.
        """
        return self._answers([lambda way: ask(way.client)], seconds)[0]

    def _answers(self, asks: Sequence[Callable[[Way], _Answer]], seconds: float) -> list[_Answer]:
        wanted = seconds or self.address.deadline_seconds
        left = min(wanted, _UNTIL.get() - time.monotonic())
        if left <= 0:
            raise IndexUnavailable("the index took too long for one search")
        way = self._way_to_ask()
        once_there = [partial(self._ask_with_collections, ask) for ask in asks]
        try:
            answers = way.call_each(once_there, seconds=left)
        except DoesNotAnswer as error:
            # Whoever waited for a moment alone can't tell.
            if left >= min(wanted, _TELLING_SECONDS):
                self._failed(way)
            raise IndexUnavailable("the index does not answer") from error
        except IndexUnavailable:
            self._failures = 0
            raise
        self._failures = 0
        return answers

    @contextmanager
    def one_search(self) -> Iterator[None]:
        """Calls in it, and where its context is copied to, take no longer than one search may."""
        begun = _UNTIL.set(time.monotonic() + _SEARCH_SECONDS)
        try:
            yield
        finally:
            _UNTIL.reset(begun)

    def check(self) -> None:
        """Let whoever has work to do before it asks know that it would not be answered.

        Raises:
            IndexUnavailable: the cluster did not answer, and is not asked for a while.
        """
        if self._failures >= _FAILURES and time.monotonic() < self._rests_until:
            raise IndexUnavailable("the index does not answer; it is asked again soon")

    def find(self, collection: str, tenant: str, question: Question) -> list[FoundObject]:
        """What is found in one project's part of a collection.

        Args:
            collection: its name.
            tenant: the project's.
            question: what to look for.

        Raises:
            IndexUnavailable: the cluster did not answer, or refused.
        """
        request = request_of(
            question, collection=collection, tenant=tenant, quorum=self.address.replicas > 1
        )
        (reply,) = self._answers_of_tenant(tenant, [lambda way: way.found(request)], 0)
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
        # Of three nodes any one may be away, and what two have taken is found by the next two.
        level = ConsistencyLevel.QUORUM if self.address.replicas > 1 else ConsistencyLevel.ONE

        def of_tenant(ask: Callable[[Collection], _Answer], way: Way) -> _Answer:
            return ask(way.part(collection, tenant, level))

        return self._answers_of_tenant(tenant, [partial(of_tenant, ask) for ask in asks], seconds)

    def _answers_of_tenant(
        self, tenant: str, asks: Sequence[Callable[[Way], _Answer]], seconds: float
    ) -> list[_Answer]:
        """What it answers; a project that it does not know yet is made known to it."""
        try:
            return self._answers(asks, seconds)
        except IndexUnavailable as error:
            if _NO_TENANT not in str(error.__cause__):
                raise
        self.make_tenant(tenant)
        return self._answers(asks, seconds)

    def make_tenant(self, tenant: str) -> None:
        """Make a project's place; one that is there stays as it is."""

        def make(client: WeaviateClient) -> None:
            for name in (PASSAGES, ENTITIES):
                client.collections.get(name).tenants.create([Tenant(name=tenant)])

        self.call(make, seconds=_AGREE_SECONDS)

    def remove_tenant(self, tenant: str) -> None:
        """Delete everything of a project."""

        def remove(client: WeaviateClient) -> None:
            for name in (PASSAGES, ENTITIES):
                client.collections.get(name).tenants.remove([tenant])

        self.call(remove, seconds=_AGREE_SECONDS)

    def rest_tenants(self, names: Sequence[str]) -> None:
        """Let projects that nobody asks for give their memory back; the next call wakes each."""
        status = (
            TenantActivityStatus.OFFLOADED
            if self.address.offloads
            else TenantActivityStatus.INACTIVE
        )

        def rest(client: WeaviateClient) -> None:
            for name in (PASSAGES, ENTITIES):
                tenants = client.collections.get(name).tenants
                # One that is not there would refuse all.
                awake = [
                    Tenant(name=each.name, activity_status=status)
                    for each in tenants.get_by_names(names).values()
                    if each.activity_status is TenantActivityStatus.ACTIVE
                ]
                if awake:
                    tenants.update(awake)

        self.call(rest, seconds=_AGREE_SECONDS)

    def is_ready(self) -> bool:
        """True if the cluster answers on both of its interfaces; within a second."""
        try:
            return self.call(_answers, seconds=_READY_SECONDS)
        except IndexUnavailable:
            return False

    def close(self) -> None:
        """Close the way. Twice is harmless."""
        with self._lock:
            way, self._way = self._way, None
        if way is not None and way.process == os.getpid():
            way.leave()

    def _way_to_ask(self) -> Way:
        with self._lock:
            self.check()
            if self._failures >= _FAILURES:
                # Of those who come at the same time one tries.
                self._rests_until = time.monotonic() + _REST_SECONDS
            if self._way is None or self._way.process != os.getpid():
                self._way = Way(self.address.nodes[self._node], key=self.address.key)
            return self._way

    def _failed(self, way: Way) -> None:
        with self._lock:
            if way is not self._way:
                return
            self._failures += 1
            if self._failures < _FAILURES:
                return
        # One project's part may wake for long: nobody else's calls end for that.
        is_sound = _answers_by(way)
        with self._lock:
            if way is not self._way:
                return
            if is_sound:
                self._failures = 0
                return
            self._way = None
            self._node = (self._node + 1) % len(self.address.nodes)
            is_round = (self._failures - _FAILURES + 1) % len(self.address.nodes) == 0
            self._rests_until = time.monotonic() + _REST_SECONDS if is_round else 0.0
        way.leave()

    def _ask_with_collections(self, ask: Callable[[Way], _Answer], way: Way) -> _Answer:
        """Ask, once the collections are there."""
        if not self._has_collections:
            with self._making:
                address = self.address
                make_collections(way.client, replicas=address.replicas, graph=address.graph)
                self._has_collections = True
        return ask(way)


def _answers_by(way: Way) -> bool:
    try:
        return way.call_each([lambda way: _answers(way.client)], seconds=_SOUND_SECONDS)[0]
    except (DoesNotAnswer, IndexUnavailable):
        return False


def _answers(client: WeaviateClient) -> bool:
    # The second asks by gRPC, as questions do.
    return client.is_ready() and not client.collections.get(PASSAGES).tenants.get_by_names(["-"])
