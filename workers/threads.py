"""Threads of this process that do jobs and send webhooks, for as long as it runs."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import close_old_connections
from django.utils import timezone

from controlplane.jobs import BELL, keep_up
from controlplane.webhooks.delivery import deliver_next
from memories.ingest.work import work_once

_logger = logging.getLogger("remembrancer.jobs")
# A job whose attempt failed comes again without a bell; so do those of a process that died.
_LOOK_EVERY_SECONDS: Final = 1.0
_KEEP_UP_EVERY_SECONDS: Final = 60.0


class JobThreads:
    """Some threads that each do one job at a time, one that sends webhooks, one for upkeep.

    A receiver that is slow so delays no job.
    """

    def __init__(self, count: int) -> None:
        """Prepare so many that do jobs; none runs yet."""
        self._stopping = threading.Event()
        loops: dict[str, Callable[[], bool]] = {
            **{f"jobs-{number}": work_once for number in range(count)},
            "webhooks": deliver_next,
            "upkeep": _Upkeep(),
        }
        self._threads = [
            threading.Thread(target=self._repeat, args=(do_next,), name=name, daemon=True)
            for name, do_next in loops.items()
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, within_seconds: float = 30.0) -> None:
        """Finish what is being done, and begin nothing more."""
        self._stopping.set()
        BELL.set()
        for thread in self._threads:
            thread.join(within_seconds)

    def _repeat(self, do_next: Callable[[], bool]) -> None:
        """Do what there is until there is nothing, again and again.

        Args:
            do_next: does one thing; says False if there was nothing to do.
        """
        while not self._stopping.is_set():
            BELL.wait(_LOOK_EVERY_SECONDS)
            BELL.clear()
            close_old_connections()
            try:
                while not self._stopping.is_set() and do_next():
                    pass
            except Exception:
                # A database away for a moment, or a mistake of ours: the thread must outlive both,
                # and what is to be done is still there when it looks again.
                _logger.exception("work can't be asked for, or ended in an error of the server")
                self._stopping.wait(_LOOK_EVERY_SECONDS)


class _Upkeep:
    """Does what is to be done every minute, when it is time."""

    def __init__(self) -> None:
        self._due_at = 0.0

    def __call__(self) -> bool:
        """Never says that there is more to do."""
        if time.monotonic() >= self._due_at:
            self._due_at = time.monotonic() + _KEEP_UP_EVERY_SECONDS
            keep_up(timezone.now())
        return False
