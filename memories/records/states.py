"""Which state a project is in: another after every change, and asked for on each search."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final, Protocol

from redis import Redis, RedisError

from controlplane.shared_redis import shared_redis
from memories.engine.ports.index_server import IndexState

_logger = logging.getLogger("remembrancer.index")
_PREFIX: Final = "remembrancer:index:"
_CHANGED: Final = b"changed "
_TOLD: Final = b"told "
# Of a project that nothing changes in; its state is told again when it is looked through.
_KEPT_SECONDS: Final = 30 * 24 * 3600


# What the search that goes on in this context has seen.
_SEEN: Final[ContextVar[dict[str, IndexState] | None]] = ContextVar("seen", default=None)


class IndexStates(Protocol):
    """Tells the states of projects' indexes, to all processes alike."""

    def of(self, project: str) -> IndexState:
        """The present state."""
        ...

    def changed(self, project: str) -> None:
        """The truth has changed, and the index has not heard of it."""
        ...

    def told(self, project: str) -> None:
        """The index has heard of every change."""
        ...


class ProcessStates:
    """States that one process knows, which is the only one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[str, IndexState] = {}

    def of(self, project: str) -> IndexState:
        """As the port says."""
        return self._of.get(project) or IndexState(None, is_told=False)

    def changed(self, project: str) -> None:
        """As the port says."""
        self._of[project] = IndexState(uuid.uuid4().hex, is_told=False)

    def told(self, project: str) -> None:
        """As the port says."""
        self._of[project] = IndexState(uuid.uuid4().hex, is_told=True)


class RedisStates:
    """States that processes share. While Redis is away, or has lost one, none can be told."""

    def __init__(self, redis: Redis) -> None:
        """Keep them there."""
        self._redis = redis

    def of(self, project: str) -> IndexState:
        """As the port says."""
        try:
            kept = self._redis.get(f"{_PREFIX}{project}")
        except RedisError:
            kept = None
        if not isinstance(kept, bytes):
            return IndexState(None, is_told=False)
        return IndexState(kept, is_told=kept.startswith(_TOLD))

    def changed(self, project: str) -> None:
        """As the port says."""
        self._set(project, _CHANGED)

    def told(self, project: str) -> None:
        """As the port says."""
        self._set(project, _TOLD)

    def _set(self, project: str, how: bytes) -> None:
        state = how + uuid.uuid4().hex.encode()
        try:
            self._redis.set(f"{_PREFIX}{project}", state, ex=_KEPT_SECONDS)
        except RedisError as error:
            _logger.warning("a change of an index could not be told: %s", type(error).__name__)


class SearchedStates:
    """States as a search sees them: each is asked for once, when it is first needed."""

    def __init__(self, states: IndexStates) -> None:
        """Ask those."""
        self._states = states

    @contextmanager
    def one_search(self) -> Iterator[None]:
        """One search, in its thread and in those that its context is copied to."""
        begun = _SEEN.set({})
        try:
            yield
        finally:
            _SEEN.reset(begun)

    def of(self, project: str) -> IndexState:
        """The state that the search began with; outside of one, the present one."""
        seen = _SEEN.get()
        if seen is None:
            return self._states.of(project)
        if project not in seen:
            seen.setdefault(project, self._states.of(project))
        return seen[project]


@cache
def shared_states(redis_url: str) -> IndexStates:
    """Those of this server."""
    return RedisStates(shared_redis(redis_url)) if redis_url else ProcessStates()
