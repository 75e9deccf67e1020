"""Django's SQLite backend with a queue for those who write.

SQLite lets one connection write at a time, and whoever finds another at it sleeps and tries again,
for longer and longer: under load most of what a small transaction takes. Threads of one process can
wait for each other without sleeping.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Self

from django.db import OperationalError
from django.db.backends.sqlite3 import base

# Of Python's sqlite3, where settings name none.
_USUAL_TIMEOUT_SECONDS: Final = 5.0
_LOOK_EVERY_SECONDS: Final = 0.0005


class _Queue:
    """A lock that is handed to whoever waits longest.

    A thread that writes again and again would get a plain one back before the others are awake.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()
        self._holder = 0

    @property
    def is_mine(self) -> bool:
        """True for the thread whose turn it is."""
        return self._is_held and self._holder == threading.get_ident()

    def acquire(self) -> None:
        """Wait for one's turn."""
        with self._guard:
            turn = threading.Lock()
            turn.acquire(blocking=False)
            if self._is_held:
                self._waiting.append(turn)
            else:
                self._is_held = True
                turn.release()
        turn.acquire()
        self._holder = threading.get_ident()

    def release(self) -> None:
        """Let the next one write."""
        with self._guard:
            self._holder = 0
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


# Of this process; another one is waited for as SQLite does.
_WRITING: Final = _Queue()


class _PatientCursor(base.SQLiteCursorWrapper):
    """Waits for its turn to read, too.

    Nobody can read while a commit is written, and SQLite would look again at ever longer intervals.
    """

    # As Django's own, which takes other arguments than that of sqlite3.
    def execute(self, query: str, params: Iterable[Any] | None = None) -> Self:  # type: ignore[override]
        """As Django's own."""
        if self.connection.in_transaction or _WRITING.is_mine:
            super().execute(query, params)
        else:
            with _WRITING:
                super().execute(query, params)
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin when no other thread's is open."""

    _has_turn = False

    def create_cursor(self, name: str | None = None) -> _PatientCursor:
        """A cursor that waits for its turn."""
        cursor: _PatientCursor = self.connection.cursor(factory=_PatientCursor)
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        _WRITING.acquire()
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        self._commit_between_reads()
        self._give_turn()

    def _commit_between_reads(self) -> None:
        """Commit as soon as those who read now have read; nobody new begins meanwhile.

        SQLite would look for that moment at ever longer intervals, up to 100 ms, in which everybody
        waits for this one.
        """
        longest = float(self.settings_dict["OPTIONS"].get("timeout", _USUAL_TIMEOUT_SECONDS))
        until = time.monotonic() + longest
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._committed(last_try=time.monotonic() >= until):
                time.sleep(_LOOK_EVERY_SECONDS)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(longest * 1000)}")

    def _committed(self, *, last_try: bool) -> bool:
        """False if somebody was reading: then the transaction is as it was."""
        try:
            super()._commit()  # type: ignore[misc]  # not in the stubs
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlite_errorname", None)
            if code != "SQLITE_BUSY" or last_try:
                raise
            return False
        return True

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._give_turn()

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _WRITING.release()
