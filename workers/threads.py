"""Threads of this process that do jobs and send webhooks, for as long as it runs."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, close_old_connections

from controlplane.jobs import WORK
from controlplane.webhooks.delivery import deliver_next
from memories.ingest.work import work_once

_logger = logging.getLogger("remembrancer.jobs")
# A job whose attempt failed comes again without a bell; so do those of a process that died.
_LOOK_EVERY_SECONDS: Final = 1.0


class JobThreads:
    """Some threads that each do one job at a time, and one that sends webhooks.

    A receiver that is slow so delays no job.
    """

    def __init__(self, count: int) -> None:
        """Prepare so many that do jobs; none runs yet."""
        self._stopping = threading.Event()
        loops: dict[str, Callable[[], bool]] = {
            **{f"jobs-{number}": work_once for number in range(count)},
            "webhooks": deliver_next,
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
        WORK.set()
        for thread in self._threads:
            thread.join(within_seconds)

    def _repeat(self, do_next: Callable[[], bool]) -> None:
        """Do what there is until there is nothing, again and again.

        Args:
            do_next: does one thing; says False if there was nothing to do.
        """
        while not self._stopping.is_set():
            WORK.wait(_LOOK_EVERY_SECONDS)
            WORK.clear()
            close_old_connections()
            try:
                while not self._stopping.is_set() and do_next():
                    pass
            except DatabaseError:
                # Away for a moment; what is to be done is still there when it is back.
                _logger.exception("the database can't be asked for work")
                self._stopping.wait(_LOOK_EVERY_SECONDS)
