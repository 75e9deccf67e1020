"""The broker of full mode, as those who send and those who work must agree on it."""

from functools import cache
from typing import Final

from celery import Celery
from django.conf import settings
from kombu.exceptions import KombuError
from redis import RedisError

from controlplane.jobs.names import Work
from controlplane.shared_redis import TIMEOUT_SECONDS

# A message whose worker died comes again after that. The longest task is shorter, and one that was
# not is done twice without harm.
VISIBILITY_SECONDS: Final = 300
_CONNECTIONS: Final = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
}
# Messages carry names of tasks and nothing else; answers are rows.
CONFIGURATION: Final = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "task_default_queue": "remembrancer",
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "enable_utc": True,
}


class BrokerAway(Exception):
    """The broker does not take the message; the words say how it failed, by type."""


def connections(timeout_seconds: float) -> dict[str, object]:
    """How to connect.

    Args:
        timeout_seconds: how long a command of Redis may take.
    """
    return _CONNECTIONS | {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
    }


# Somebody waits for an answer: who can't connect at once does without.
_AT_ONCE: Final = {"max_retries": 0}


def send(work: Work, url: str, good_for_seconds: float | None) -> None:
    """Put a message on the queue of the broker at that URL, or fail soon.

    Raises:
        BrokerAway: it can't be put there.
    """
    try:
        _sender(url).send_task(work.value, expires=good_for_seconds, retry=False)
    except (KombuError, RedisError, OSError) as error:
        raise BrokerAway(type(error).__name__) from error


@cache
def _sender(url: str) -> Celery:
    """Sends, and has no tasks of its own."""
    app = Celery("remembrancer-sender", broker=url, set_as_current=False)
    app.conf.update(
        CONFIGURATION,
        broker_transport_options=connections(TIMEOUT_SECONDS) | _AT_ONCE,
        broker_connection_timeout=TIMEOUT_SECONDS,
        broker_pool_limit=settings.WEB_THREADS,
    )
    return app
