"""Which state each project's index is in: another after every change, and when it was used last.

Both are asked for or noted on each search, so without any SQL.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final, Protocol

from redis import Redis, RedisError

from controlplane.shared_redis import shared_redis
from memories.engine.ports.index_server import IndexState

_logger = logging.getLogger("remembrancer.index")
_PREFIX: Final = "remembrancer:index:"
_USES: Final = "remembrancer:index-uses"
_CHANGED: Final = b"changed "
_TOLD: Final = b"told "
# Of a project that nothing changes in; its state is told again when it is looked through.
_KEPT_SECONDS: Final = 30 * 24 * 3600
# A process notes the use of a project no more often: rest comes after hours.
_NOTED_SECONDS: Final = 600.0
_MOST_NOTED: Final = 100_000
# Of what is awake and was not used.
_NEVER: Final = 0.0


# What the search that goes on in this context has seen.
_SEEN: Final[ContextVar[dict[str, IndexState] | None]] = ContextVar("seen", default=None)


class IndexStates(Protocol):
    """Tells the states of projects' indexes, to all processes alike."""

    def of(self, project: str) -> IndexState:
        """The present state, to somebody who uses the index."""
        ...

    def changed(self, project: str) -> None:
        """The truth has changed, and the index has not heard of it."""
        ...

    def told(self, project: str) -> None:
        """The index has heard of every change."""
        ...

    def woken(self, project: str) -> None:
        """The index may be awake, though nobody uses it."""
        ...

    def take_unused(self, before: float, limit: int) -> Sequence[str]:
        """At most so many projects that nobody used since then, to put them to rest.

        They are not given out again before they are used again, or `woken`.

        Args:
            before: seconds since 1970.
            limit: at most so many.
        """
        ...

    def forget(self, project: str) -> None:
        """The project was removed."""
        ...


class ProcessStates:
    """States that one process knows, which is the only one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[str, IndexState] = {}
        self._used_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def of(self, project: str) -> IndexState:
        """As the port says."""
        with self._lock:
            self._used_at[project] = time.time()
        return self._of.get(project) or IndexState(None, is_told=False)

    def changed(self, project: str) -> None:
        """As the port says."""
        self._of[project] = IndexState(uuid.uuid4().hex, is_told=False)

    def told(self, project: str) -> None:
        """As the port says."""
        self._of[project] = IndexState(uuid.uuid4().hex, is_told=True)

    def woken(self, project: str) -> None:
        """As the port says."""
        with self._lock:
            self._used_at.setdefault(project, _NEVER)

    def take_unused(self, before: float, limit: int) -> Sequence[str]:
        """As the port says."""
        with self._lock:
            unused = [name for name, at in self._used_at.items() if at < before][:limit]
            for project in unused:
                del self._used_at[project]
        return unused

    def forget(self, project: str) -> None:
        """As the port says."""
        self._of.pop(project, None)
        with self._lock:
            self._used_at.pop(project, None)


class RedisStates:
    """States that processes share. While Redis is away, or has lost one, none can be told."""

    def __init__(self, redis: Redis) -> None:
        """Keep them there."""
        self._redis = redis
        # When this process noted the use of each.
        self._noted_at: dict[str, float] = {}

    def of(self, project: str) -> IndexState:
        """As the port says."""
        try:
            self._note_use(project)
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

    def woken(self, project: str) -> None:
        """As the port says; what is lost is found when the index is looked through again."""
        try:
            self._redis.zadd(_USES, {project: _NEVER}, nx=True)
        except RedisError as error:
            _logger.warning("an index may stay awake: %s", type(error).__name__)

    def take_unused(self, before: float, limit: int) -> Sequence[str]:
        """As the port says; none while Redis is away."""
        try:
            found = self._redis.zrangebyscore(_USES, "-inf", f"({before}", start=0, num=limit)
            names = [name.decode() for name in found if isinstance(name, bytes)]
            # Another process may have taken it just now.
            unused = [name for name in names if self._redis.zrem(_USES, name)]
        except RedisError as error:
            _logger.warning("unused indexes can't be told: %s", type(error).__name__)
            return []
        return unused

    def forget(self, project: str) -> None:
        """As the port says."""
        try:
            self._redis.delete(f"{_PREFIX}{project}")
            self._redis.zrem(_USES, project)
        except RedisError as error:
            _logger.warning("a state stays of what is gone: %s", type(error).__name__)

    def _note_use(self, project: str) -> None:
        now = time.time()
        if now < self._noted_at.get(project, _NEVER) + _NOTED_SECONDS:
            return
        self._redis.zadd(_USES, {project: now})
        if len(self._noted_at) >= _MOST_NOTED:
            self._noted_at.clear()
        self._noted_at[project] = now

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
