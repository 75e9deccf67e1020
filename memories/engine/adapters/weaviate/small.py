"""What is little is read whole, once a search; what was found to be much, for a while, is not."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Generic, TypeVar, cast

from memories.engine.domain import Scope

_Whole = TypeVar("_Whole")
# A scope that was found too large is not tried again for so long: it seldom shrinks.
_LARGE_FOR_SECONDS: Final = 600.0
_MOST_LARGE: Final = 10_000


class Small(Generic[_Whole]):
    """What of a project is read whole, by the scope that it belongs to."""

    def __init__(self) -> None:
        self._large: dict[Scope, float] = {}

    def get(self, scope: Scope, key: Hashable, read: Callable[[], _Whole | None]) -> _Whole | None:
        """What was read; None if it is too much.

        Args:
            scope: whose size decides.
            key: tells apart what a search reads of it.
            read: reads it; None if it is too much.
        """
        if self._large.get(scope, 0.0) >= time.monotonic():
            return None
        shared = _SEARCH.get()
        whole = read() if shared is None else shared.get((self, key), read)
        if whole is None:
            if len(self._large) >= _MOST_LARGE:
                self._large.clear()
            self._large[scope] = time.monotonic() + _LARGE_FOR_SECONDS
        return whole


class _Search:
    """What one search has read, shared by its signals."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[Hashable, Future[object]] = {}

    def get(self, key: Hashable, read: Callable[[], _Whole]) -> _Whole:
        """What was read; the first to ask reads it, and the others wait."""
        begun: Future[object] = Future()
        with self._lock:
            known = self._read.setdefault(key, begun)
        if known is begun:
            try:
                begun.set_result(read())
            except BaseException as error:
                begun.set_exception(error)
                raise
        return cast("_Whole", known.result())


_SEARCH: Final[ContextVar[_Search | None]] = ContextVar("search", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """What is read whole is read once until the block ends."""
    begun = _SEARCH.set(_Search())
    try:
        yield
    finally:
        _SEARCH.reset(begun)
