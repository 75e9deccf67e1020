"""Django's SQLite backend with a queue for those who write.

SQLite lets one connection write at a time, and whoever finds another at it sleeps and tries again,
for longer and longer: under load most of what a small transaction takes. Threads of one process can
wait for each other without sleeping.
"""

import threading
from typing import Final

from django.db.backends.sqlite3 import base

# Of this process; another one is waited for as SQLite does.
_WRITING: Final = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin when no other thread's is open."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        _WRITING.acquire()
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._give_turn()

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
