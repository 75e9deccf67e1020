"""The Redis that all processes of this server share: its connections, and whether it is there."""

from functools import cache
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# A request waits no longer for what it can do without, or has to refuse.
TIMEOUT_SECONDS: Final = 1.0
# A connection that was quiet for so long is tried before it is used.
_TRIED_AFTER_SECONDS: Final = 15
# Enough for a connection that Redis closed meanwhile.
_RETRIES: Final = 1


@cache
def shared_redis(url: str) -> Redis:
    """Connections of this process, safe for its threads; made when they are needed."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_keepalive=True,
        health_check_interval=_TRIED_AFTER_SECONDS,
        retry=Retry(NoBackoff(), _RETRIES),
    )
