"""Small scopes, read whole: most users have told little.

Where a search would ask for each signal, then for all that was found and then for what stands
around it, one question reads everything that it may see, while the words of the question are
embedded. What is found is the same: the engine judges the same passages.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.documents import place_label
from memories.engine.adapters.weaviate.parts import EVERYTHING, Parts
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.adapters.weaviate.stored import StoredPassage, read_passages
from memories.engine.adapters.weaviate.visibility import visible
from memories.engine.adapters.weaviate.wire import FoundObject, Question, cosines_of
from memories.engine.domain import Scope, Selection, Vector

# A scope that was found too large is not tried again for so long: it seldom shrinks.
_LARGE_FOR_SECONDS: Final = 600.0
_MOST_LARGE: Final = 10_000


class Whole:
    """All passages of one scope and selection, in memory."""

    def __init__(self, found: Sequence[FoundObject]) -> None:
        """Take all of them, of messages too, with their vectors."""
        self._found = found
        self._passages = read_passages(found)
        self._comparing = threading.Lock()
        self._cosines: dict[bytes, Sequence[float]] = {}

    def near(self, vector: Vector, *, most: int, messages: bool) -> list[tuple[str, float]]:
        """As `Parts` says; of two that are as near, what was stored first."""
        near = [
            (cosine, each)
            for cosine, each in zip(self._cosines_with(vector), self._passages, strict=True)
            if each.is_embedded and (messages or not each.is_message)
        ]
        near.sort(key=lambda found: (-found[0], found[1].number, found[1].start))
        return [(each.owner_id, cosine) for cosine, each in near[:most]]

    def holding(
        self,
        terms: Sequence[str],
        *,
        most: int,
        messages: bool,
    ) -> Sequence[StoredPassage]:
        """As `Parts` says, but all of them."""
        wanted = frozenset(terms)
        return [each for each in self._seen(messages) if not wanted.isdisjoint(each.terms)]

    def naming(self, entity_ids: Collection[str], *, messages: bool) -> Sequence[StoredPassage]:
        """As `Parts` says."""
        wanted = frozenset(entity_ids)
        return [each for each in self._seen(messages) if not wanted.isdisjoint(each.mentions)]

    def of_rows(
        self, owner_ids: Collection[str], vector: "Vector | None"
    ) -> Sequence[StoredPassage]:
        """As `Parts` says."""
        wanted = frozenset(owner_ids)
        cosines = None if vector is None else self._cosines_with(vector)
        return [
            each
            if cosines is None or not each.is_embedded
            else each._replace(cosine=cosines[place])
            for place, each in enumerate(self._passages)
            if each.owner_id in wanted or not wanted.isdisjoint(each.learned)
        ]

    def at(self, places: Collection[str]) -> Sequence[StoredPassage]:
        """As `Parts` says."""
        wanted = frozenset(places)
        return [
            each
            for each in self._passages
            if each.is_message and place_label(each.session, each.position) in wanted
        ]

    def _seen(self, messages: bool) -> Iterator[StoredPassage]:
        return (each for each in self._passages if messages or not each.is_message)

    def _cosines_with(self, vector: Vector) -> Sequence[float]:
        """Computed once for each vector: that of the question, and that of an event it names."""
        key = vector.tobytes()
        with self._comparing:
            if key not in self._cosines:
                self._cosines[key] = cosines_of(self._found, vector)
            return self._cosines[key]


class SmallScopes:
    """Which scopes of a project are read whole."""

    def __init__(self, cluster: Cluster, *, tenant: str) -> None:
        self._cluster = cluster
        self._tenant = tenant
        self._most = cluster.address.whole
        self._large: dict[Scope, float] = {}

    def passages(self, scope: Scope, selection: Selection) -> Whole | Parts:
        """What a search may see: all of it if that is little, or else where to ask for parts."""
        whole = None
        if self._large.get(scope, 0.0) < time.monotonic():
            shared = _SEARCH.get()
            whole = (
                self._read(scope, selection)
                if shared is None
                else shared.get((scope, selection), lambda: self._read(scope, selection))
            )
        return whole or Parts(self._cluster, tenant=self._tenant, scope=scope, selection=selection)

    def _read(self, scope: Scope, selection: Selection) -> Whole | None:
        """All of it; None if it is too much."""
        where = visible(scope, selection)
        question = Question(where, self._most + 1, EVERYTHING, vectors=True)
        found = self._cluster.find(PASSAGES, self._tenant, question)
        if len(found) <= self._most:
            return Whole(found)
        if len(self._large) >= _MOST_LARGE:
            self._large.clear()
        self._large[scope] = time.monotonic() + _LARGE_FOR_SECONDS
        return None


class _Search:
    """What one search has read, shared by its signals."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: list[tuple[tuple[Scope, Selection], Future[Whole | None]]] = []

    def get(self, key: tuple[Scope, Selection], read: Callable[[], Whole | None]) -> Whole | None:
        """What was read; the first to ask reads it, and the others wait."""
        begun: Future[Whole | None] = Future()
        with self._lock:
            known = next((each for of, each in self._read if of == key), begun)
            if known is begun:
                self._read.append((key, begun))
        if known is begun:
            try:
                begun.set_result(read())
            except BaseException as error:
                begun.set_exception(error)
                raise
        return known.result()


_SEARCH: Final[ContextVar[_Search | None]] = ContextVar("search", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """What is read of a small scope is read once until the block ends."""
    begun = _SEARCH.set(_Search())
    try:
        yield
    finally:
        _SEARCH.reset(begun)
