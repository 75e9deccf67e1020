"""Which counters there are in this environment."""

from functools import cache
from typing import Final

from django.conf import settings

from controlplane.limits.counters import Counters, DatabaseCounters, MemoryCounters
from controlplane.limits.falling_back import FallingBack
from controlplane.limits.redis_counters import RedisCounters
from controlplane.shared_redis import shared_redis

# Of limits of a minute, which nobody minds to begin anew.
_IN_THIS_PROCESS: Final = MemoryCounters()


def shared_counters() -> Counters:
    """Those that every process of this server takes from, exactly; away when Redis is."""
    if settings.REDIS_URL:
        return RedisCounters(shared_redis(settings.REDIS_URL))
    return DatabaseCounters()


def request_counters() -> Counters:
    """Those of requests: shared where there is Redis, and this process's own while it is away."""
    if settings.REDIS_URL:
        return _falling_back(settings.REDIS_URL)
    return _IN_THIS_PROCESS


@cache
def _falling_back(url: str) -> Counters:
    return FallingBack(RedisCounters(shared_redis(url)), _IN_THIS_PROCESS)


def begin_anew() -> None:
    """Forget what this process counted."""
    _IN_THIS_PROCESS.forget()
