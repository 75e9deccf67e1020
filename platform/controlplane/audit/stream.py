"""Records of reads on their way to the database: a read that is answered waits for no SQL.

Kept in this process and written within a second. What `kill -9` can lose is the reads of that
second; changes do not come through here.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection

from controlplane.audit.actions import Action
from controlplane.audit.services import Entry, append_reads, entry_of

_logger = logging.getLogger("remembrancer.audit")
# Each is small; at more reads a second than this, requests write their own.
MOST_WAITING: Final = 10_000
_WRITE_EVERY_SECONDS: Final = 0.5
# In one transaction, so that nobody waits long for a chain's lock.
_MOST_AT_ONCE: Final = 500


class ReadStream:
    """A bounded queue, and a thread that empties it.

    While the thread does not run, as in commands and tests, or the queue is full, `keep` writes the
    record itself: nothing is dropped.
    """

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        """Prepare an empty queue of so many places; no thread runs yet."""
        self._most_waiting = most_waiting
        self._waiting: deque[Entry] = deque()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write what is kept, in a thread of this process. A second call does nothing."""
        with self._lock:
            if self._thread is not None:
                return
            self._stopping.clear()
            self._thread = threading.Thread(target=self._repeat, name="audit", daemon=True)
            self._thread.start()

    def stop(self, *, within_seconds: float = 30.0) -> None:
        """Write what is left; from now on records are written by whoever makes them."""
        with self._lock:
            thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None:
            thread.join(within_seconds)
        try:
            self.write()
        except DatabaseError:
            _logger.exception("%s records of reads are lost", len(self._waiting))

    def keep(self, entry: Entry) -> None:
        """Have it written soon."""
        with self._lock:
            if self._thread is not None and len(self._waiting) < self._most_waiting:
                self._waiting.append(entry)
                return
        append_reads([entry])

    def write(self) -> None:
        """Write all that is kept now.

        Raises:
            DatabaseError: the database did not take it; it is still kept.
        """
        with self._writing:
            while batch := self._first():
                append_reads(batch)
                with self._lock:
                    for _ in batch:
                        self._waiting.popleft()

    def _first(self) -> list[Entry]:
        with self._lock:
            return [self._waiting[place] for place in range(min(_MOST_AT_ONCE, len(self._waiting)))]

    def _repeat(self) -> None:
        while not self._stopping.wait(_WRITE_EVERY_SECONDS):
            close_old_connections()
            try:
                self.write()
            except DatabaseError:
                # Away for a moment; what is to be written is still kept.
                _logger.exception("the database does not take the audit trail")
            except Exception:
                _logger.exception("the audit trail of reads could not be written")
        connection.close()


READS: Final = ReadStream()


def record_read(
    action: Action, subjects: Iterable[object], *, organization_id: UUID, project_id: UUID
) -> None:
    """Record that the current caller is served something."""
    READS.keep(entry_of(action, subjects, organization_id=organization_id, project_id=project_id))
