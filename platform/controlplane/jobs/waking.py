"""Waking whoever does jobs: by a bell in embedded mode, by a message in full mode."""

import logging
import threading
import time
from functools import cache, partial
from typing import Final

from django.conf import settings
from django.db import transaction

from controlplane.jobs.broker import BrokerAway, send
from controlplane.jobs.names import Work

_logger = logging.getLogger("remembrancer.jobs")
# Set when there may be something to do. Heard in this process alone.
BELL: Final = threading.Event()
# A broker that does not answer costs a request as long as it is waited for: so it is asked rarely.
# Whoever looks every few seconds finds what nobody was woken for.
_PAUSE_SECONDS: Final = 5.0


def wake_workers(work: Work) -> None:
    """Wake whoever does that, as soon as the current transaction is committed."""
    # What fails in it must not undo an answer that is true already.
    transaction.on_commit(partial(wake, work), robust=True)


def wake(work: Work, *, good_for_seconds: float | None = None) -> None:
    """Wake whoever does that, now.

    Args:
        work: what may wait.
        good_for_seconds: a message that was not read by then is dropped; never if None.
    """
    if settings.EMBEDDED:
        BELL.set()
    else:
        _messenger(settings.REDIS_URL).send(work, good_for_seconds)


class _Messenger:
    """Sends wake-ups, and rests after one that could not be sent."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rests_until = 0.0

    def send(self, work: Work, good_for_seconds: float | None) -> None:
        if time.monotonic() < self._rests_until:
            return
        try:
            send(work, self._url, good_for_seconds)
        except BrokerAway as error:
            self._rests_until = time.monotonic() + _PAUSE_SECONDS
            _logger.warning("the broker is away (%s): jobs wait for the sweeper", error)


@cache
def _messenger(url: str) -> _Messenger:
    return _Messenger(url)
