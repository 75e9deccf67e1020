"""Which projects have jobs that wait: asked on each search, so without any SQL."""

import logging
import threading
from collections import defaultdict
from functools import cache
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from redis import Redis, RedisError

from controlplane.shared_redis import shared_redis
from memories.ingest.models import Job, JobKind, JobStatus

_logger = logging.getLogger("remembrancer.jobs")
_PREFIX: Final = "remembrancer:waiting:"
# A mark whose job nobody finished, as the server was moved to another database: it only costs
# searches of its project a statement.
_KEPT_SECONDS: Final = 7 * 24 * 3600
# Held for a moment, as whoever waits for it may have a transaction open: nothing is asked inside.
_MAKING: Final = threading.Lock()


class Marks(Protocol):
    """Remembers each job from when it is accepted until it is over."""

    def put(self, project_id: UUID, number: int) -> None:
        """A job was accepted."""
        ...

    def take_away(self, project_id: UUID, number: int) -> None:
        """A job is over."""
        ...

    def any_of(self, project_id: UUID) -> bool:
        """False if none of the project's jobs waits; true also where that is not known."""
        ...


class ProcessMarks:
    """Of the only process that accepts and does jobs; read from the table when first asked for.

    No lock is held while the table is read: whoever has a transaction open may want it, and the
    reader waits for them.
    """

    def __init__(self) -> None:
        """Begin with none, and without a question."""
        self._lock = threading.Lock()
        self._open: defaultdict[UUID, set[int]] = defaultdict(set)
        # Those that ended before the table was read; None once it was.
        self._over: set[int] | None = set()

    def put(self, project_id: UUID, number: int) -> None:
        """As the port says."""
        with self._lock:
            self._open[project_id].add(number)

    def take_away(self, project_id: UUID, number: int) -> None:
        """As the port says."""
        with self._lock:
            if self._over is not None:
                self._over.add(number)
            self._open[project_id].discard(number)
            if not self._open[project_id]:
                del self._open[project_id]

    def any_of(self, project_id: UUID) -> bool:
        """As the port says."""
        if self._over is not None:
            self._read()
        return project_id in self._open

    def _read(self) -> None:
        """Take those in that were open before this process began."""
        is_open = Job.objects.filter(status__in=(JobStatus.PENDING, JobStatus.RUNNING))
        is_open = is_open.exclude(kind=JobKind.IMPORT)
        found = list(is_open.values_list("project_id", "number"))
        with self._lock:
            if self._over is None:
                return
            for project_id, number in found:
                if number not in self._over:
                    self._open[project_id].add(number)
            self._over = None


class RedisMarks:
    """Shared by processes. While Redis is away searches ask the table, and marks are not kept."""

    def __init__(self, redis: Redis) -> None:
        """Keep them there."""
        self._redis = redis

    def put(self, project_id: UUID, number: int) -> None:
        """As the port says."""
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(f"{_PREFIX}{project_id}", number)
                pipeline.expire(f"{_PREFIX}{project_id}", _KEPT_SECONDS)
                pipeline.execute()
        except RedisError as error:
            _logger.warning("a job could not be marked as waiting: %s", type(error).__name__)

    def take_away(self, project_id: UUID, number: int) -> None:
        """As the port says."""
        try:
            self._redis.srem(f"{_PREFIX}{project_id}", number)
        except RedisError as error:
            _logger.warning("a job could not be marked as over: %s", type(error).__name__)

    def any_of(self, project_id: UUID) -> bool:
        """As the port says."""
        try:
            return bool(self._redis.exists(f"{_PREFIX}{project_id}"))
        except RedisError:
            return True


def marks() -> Marks:
    """Those of this environment."""
    # Two threads must not make two, one of which nobody asks.
    with _MAKING:
        return _made(settings.REDIS_URL)


@cache
def _made(redis_url: str) -> Marks:
    return RedisMarks(shared_redis(redis_url)) if redis_url else ProcessMarks()
