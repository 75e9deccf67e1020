"""Connections to one SQLite file: how it is opened, shared between threads, written and closed."""

import json
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

import apsw

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.schema import APPLICATION_ID, UPGRADES
from memories.engine.errors import NewerFormat, StoreBusy, StoreDamaged, StoreError
from memories.engine.storage.names import names_for_short
from memories.engine.storage.values import whole, words

Durability: TypeAlias = Literal["power-loss", "process-crash"]

_BUSY_SECONDS: Final = 30.0
_SYNCHRONOUS: Final[dict[Durability, str]] = {"power-loss": "FULL", "process-crash": "NORMAL"}


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        message = f"{path} stayed locked by another process for {_BUSY_SECONDS:.0f} s"
        raise StoreBusy(message) from error
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise StoreDamaged(f"{path} is not a memory file, or is damaged: {error}") from error
    except apsw.FullError as error:
        raise StoreError(f"no room left to write {path}; nothing was stored") from error
    except (apsw.ConnectionClosedError, apsw.CursorClosedError) as error:
        raise StoreError(f"{path} is closed") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.IOError) as error:
        raise StoreError(f"{path} can't be opened or written: {error}") from error


class Database:
    """One file, one writing connection, one reading connection a thread.

    After a fork the child opens connections of its own: SQLite's must not cross.
    """

    def __init__(
        self,
        path: Path,
        *,
        durability: Durability = "power-loss",
        upgrades: Sequence[str] = UPGRADES,
    ) -> None:
        """Open the file, made if it is missing and upgraded if it is older.

        Raises:
            NewerFormat: a newer release wrote it.
            StoreDamaged: it is not a memory file.
            StoreError: it can't be opened or written.
        """
        self.path = path
        self._durability = durability
        self._upgrades = upgrades
        self._writing = threading.RLock()
        self._after_rollback: list[Callable[[], None]] = []
        self._start_process()
        with _translated(path):
            self._open_writer()

    def _start_process(self) -> None:
        self._pid = os.getpid()
        self._local = threading.local()
        self._open: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._writer: apsw.Connection | None = None
        self._closed = False

    def _open_writer(self) -> apsw.Connection:
        writer = self._connect()
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._prepare(writer)
                break
            except apsw.BusyError:
                # SQLite doesn't wait for the lock that turns a new file to WAL.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self._writer = writer
        return writer

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path))
        connection.set_busy_timeout(int(_BUSY_SECONDS * 1000))
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[self._durability]}")
        connection.create_scalar_function("fold", _fold, 1, deterministic=True)
        connection.create_scalar_function("short_forms", _short_forms, 2, deterministic=True)
        self._open.add(connection)
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        found = self._found_format(connection)
        if found > len(self._upgrades):
            raise NewerFormat(
                f"{self.path} has format {found}, this release reads up to {len(self._upgrades)}: "
                "upgrade remembrancer to open it"
            )
        connection.execute("PRAGMA journal_mode = WAL")
        if found < len(self._upgrades):
            self._upgrade(connection)

    def _found_format(self, connection: apsw.Connection) -> int:
        """The file's format, 0 for a file without anything in it."""
        # In one snapshot: another process may be making the file just now.
        connection.execute("BEGIN")
        try:
            found = whole(connection.pragma("user_version"))
            made_by = connection.pragma("application_id")
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
        finally:
            connection.execute("ROLLBACK")
        if made_by != APPLICATION_ID and (made_by or found or tables):
            raise StoreDamaged(f"{self.path} is a SQLite file of another program")
        return found

    def _upgrade(self, connection: apsw.Connection) -> None:
        with self._transaction(connection):
            found = whole(connection.pragma("user_version"))
            if found >= len(self._upgrades):
                return  # Another process was quicker.
            for step in self._upgrades[found:]:
                connection.execute(step)
            if found == 0:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(
                    "INSERT INTO meta (key, value) VALUES ('forgetting_key', ?), ('epoch', 0)",
                    (secrets.token_bytes(32),),
                )
            connection.execute(f"PRAGMA user_version = {len(self._upgrades)}")

    @contextmanager
    def _transaction(self, connection: apsw.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        is_kept = False
        try:
            yield
            connection.execute("COMMIT")
            is_kept = True
        finally:
            # Also after Ctrl-C or a COMMIT that found no room: nothing half-done stays open.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if not is_kept:
                # SQLite itself may have rolled back, as it does when the disk is full.
                for forget in self._after_rollback:
                    forget()

    def after_rollback(self, forget: Callable[[], None]) -> None:
        """Have a cache told whenever a transaction of this process is undone."""
        self._after_rollback.append(forget)

    def _mine(self) -> None:
        if self._pid != os.getpid():
            self._writing = threading.RLock()
            self._start_process()
        if self._closed:
            raise StoreError(f"{self.path} is closed")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One immediate transaction: committed at the end, rolled back on any exception.

        Raises:
            StoreBusy: another process kept the file locked.
        """
        self._mine()
        with self._writing, _translated(self.path):
            writer = self._writer or self._open_writer()
            if writer.in_transaction:
                yield Connection(writer)
                return
            with self._transaction(writer):
                yield Connection(writer)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """This thread's reading connection, in one snapshot from first to last statement.

        Inside `write` of the same thread it is the writer's, so that a writer sees its own rows.
        """
        self._mine()
        with _translated(self.path):
            if (writer := self._writer) is not None and self._holds_transaction(writer):
                yield Connection(writer)
                return
            reader: apsw.Connection | None = getattr(self._local, "reader", None)
            if reader is None:
                reader = self._local.reader = self._connect()
            if reader.in_transaction:
                yield Connection(reader)
                return
            reader.execute("BEGIN")
            try:
                yield Connection(reader)
            finally:
                reader.execute("ROLLBACK")

    def _holds_transaction(self, writer: apsw.Connection) -> bool:
        if not self._writing.acquire(blocking=False):
            return False
        try:
            return writer.in_transaction
        finally:
            self._writing.release()

    def backup(self, to: Path) -> None:
        """Copy the whole file, consistent, while others read and write.

        Raises:
            StoreError: the target exists or can't be written.
        """
        if to.exists():
            raise StoreError(f"{to} exists; a backup never overwrites")
        try:
            with self.read() as source, _translated(to):
                target = apsw.Connection(str(to))
                try:
                    with target.backup("main", source.raw, "main") as copying:
                        while not copying.done:
                            copying.step(1000)
                finally:
                    target.close()
        except BaseException:
            # Half a copy must not pass for one.
            with suppress(OSError):
                to.unlink()
            raise

    def close(self) -> None:
        """Close every connection of this process. Twice is harmless."""
        if self._pid == os.getpid() and not self._closed:
            self._closed = True
            with self._writing:
                for connection in list(self._open):
                    # One that another thread is reading with closes when that thread is done.
                    with suppress(apsw.ThreadingViolationError):
                        connection.close()


def _fold(*values: "apsw.SQLiteValue") -> "apsw.SQLiteValue":
    """SQL's `fold(text)`: case folding for every script, where SQLite's own knows ASCII alone."""
    (text,) = values
    return text.casefold() if isinstance(text, str) else text


def _short_forms(*values: "apsw.SQLiteValue") -> "apsw.SQLiteValue":
    """SQL's `short_forms(name, type)`: an array of what an entity is called for short."""
    name, type_ = values
    return json.dumps(sorted(names_for_short(words(name), words(type_))))
