"""Which state a project is in: another after every change, and asked for on each search."""

import logging
import uuid
from functools import cache
from typing import Final, Protocol

from redis import Redis, RedisError

from controlplane.shared_redis import shared_redis

_logger = logging.getLogger("remembrancer.index")
_PREFIX: Final = "remembrancer:index:"
# Of a project that nothing changes in: what is remembered of it then is asked for again.
_KEPT_SECONDS: Final = 30 * 24 * 3600


class IndexStates(Protocol):
    """Names the states of projects' indexes, for all processes alike."""

    def of(self, project: str) -> object:
        """The present state; None where it can't be told."""
        ...

    def advance(self, project: str) -> None:
        """Something in it has changed."""
        ...


class ProcessStates:
    """States that one process knows, which is the only one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[str, str] = {}

    def of(self, project: str) -> object:
        """As the port says."""
        return self._of.setdefault(project, uuid.uuid4().hex)

    def advance(self, project: str) -> None:
        """As the port says."""
        self._of[project] = uuid.uuid4().hex


class RedisStates:
    """States that processes share. While Redis is away none can be told."""

    def __init__(self, redis: Redis) -> None:
        """Keep them there."""
        self._redis = redis

    def of(self, project: str) -> object:
        """As the port says."""
        try:
            return self._redis.get(f"{_PREFIX}{project}") or self._first(project)
        except RedisError:
            return None

    def _first(self, project: str) -> object:
        """A state that none before had, wherever a lost one went."""
        self._redis.set(f"{_PREFIX}{project}", uuid.uuid4().hex, nx=True, ex=_KEPT_SECONDS)
        return self._redis.get(f"{_PREFIX}{project}")

    def advance(self, project: str) -> None:
        """As the port says."""
        try:
            self._redis.set(f"{_PREFIX}{project}", uuid.uuid4().hex, ex=_KEPT_SECONDS)
        except RedisError as error:
            # What is remembered elsewhere is then a little old, until Redis answers again.
            _logger.warning("a change of an index could not be told: %s", type(error).__name__)


@cache
def shared_states(redis_url: str) -> IndexStates:
    """Those of this server."""
    return RedisStates(shared_redis(redis_url)) if redis_url else ProcessStates()
