"""One project's rows in Postgres: how they are reached, locked and let go."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, InterfaceError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from memories.engine.domain import Scope
from memories.engine.errors import InvalidInput, InvalidScope, StoreBusy, StoreError
from memories.engine.storage.remembered import Remembered
from memories.engine.storage.values import whole
from memories.records.connection import ALIAS, Connection, this_threads

BUSY_SECONDS: Final = 30
# SQLSTATEs: a lock that others kept, a deadlock, a conflict of transactions, a statement's time.
# Also the end of a transaction in which nothing was asked for long.
_BUSY: Final = frozenset({"55P03", "40P01", "40001", "57014", "25P03"})


_FORGETTING_KEY_BYTES: Final = 32
# Rows of projects are of no project themselves.
NO_PROJECT: Final = 0


@contextmanager
def translated() -> Iterator[None]:
    """Raise the engine's errors for the database's, whose words may hold contents.

    Raises:
        StoreBusy: others kept the rows locked.
        InvalidInput: a text holds what Postgres can't keep.
        StoreError: the database can't be used.
    """
    try:
        yield
    except UnicodeEncodeError:
        raise InvalidInput("a text holds a lone surrogate") from None
    except (DatabaseError, InterfaceError) as error:
        raise _engines(error) from None


def _engines(error: Exception) -> Exception:
    cause = error.__cause__
    state: object = getattr(cause, "sqlstate", None)
    if state in _BUSY:
        return StoreBusy(f"the project's rows stayed locked by others ({state})")
    # psycopg refuses NUL in a text itself, and Postgres in JSON.
    if state == "22P05" or (state is None and "NUL" in str(cause)):
        return InvalidInput("a text holds a NUL character")
    return StoreError(f"the database failed: {type(cause or error).__name__} ({state})")


class _State(threading.local):
    """Whether this thread is inside `write`."""

    is_writing = False


class Database:
    """The rows of one project, over the connections that Django has, one a thread.

    Whoever has none open yet is given one for each outermost read or write, and it is given back
    after it, so that a pool is never emptied by threads that wait.
    """

    def __init__(self, scope: Scope) -> None:
        """Reach the project, which is entered here if it is new.

        To be called outside of a transaction: were that undone, a new project would be gone again.

        Args:
            scope: names the project.

        Raises:
            StoreError: the database can't be used.
        """
        self._organization, self._project = scope.organization, scope.project
        self._state = _State()
        self._before_commit: Callable[[], object] | None = None
        self._after_write: Callable[[], object] | None = None
        self.remembered = Remembered(lambda: None)
        with translated(), connected() as raw:
            self._number = _number_of(raw, scope)

    def after_write(self, call: Callable[[], object]) -> None:
        """Let something be called after each transaction that wrote, once it is committed."""
        self._after_write = call

    def before_commit(self, call: Callable[[], object]) -> None:
        """Let something be called at the end of each transaction that writes, inside of it."""
        self._before_commit = call

    def remember(self, state: Callable[[], object]) -> None:
        """Keep what is asked of the project often, as long as it is in the same state.

        Args:
            state: names the state, as `Remembered` takes it; inside of `write` none is.
        """
        self.remembered = Remembered(lambda: None if self._state.is_writing else state())

    @contextmanager
    def alone(self, what: str, *, within_seconds: int = BUSY_SECONDS) -> Iterator[None]:
        """One transaction, in which nobody else does the same for the project.

        Args:
            what: names it.
            within_seconds: how long others who do it are waited for.

        Raises:
            StoreBusy: somebody else has been doing it for long.
        """
        with translated(), connected() as raw, transaction.atomic(using=ALIAS):
            connection = Connection(raw, self._number)
            limit_waiting(connection, within_seconds)
            connection.run(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                (f"remembrancer {what} {self._number}",),
            )
            yield

    def check(self, scope: Scope) -> None:
        """Refuse a scope of another project.

        Raises:
            InvalidScope: it is of another.
        """
        if (scope.organization, scope.project) != (self._organization, self._project):
            raise InvalidScope("these are the records of another project")

    @contextmanager
    def write(self, *, scope: Scope) -> Iterator[Connection]:
        """One transaction, alone in writing to the project; a savepoint within another's.

        Raises:
            StoreBusy: others kept the project locked.
            StoreError: the project was removed, or the database can't be used.
        """
        self.check(scope)
        with translated(), connected() as raw:
            if self._state.is_writing:
                yield Connection(raw, self._number)
                return
            with transaction.atomic(using=ALIAS):
                connection = Connection(raw, self._number)
                self._lock(connection)
                if self._after_write is not None:
                    transaction.on_commit(self._after_write, using=ALIAS)
                self._state.is_writing = True
                try:
                    yield connection
                    if self._before_commit is not None:
                        self._before_commit()
                finally:
                    self._state.is_writing = False

    def _lock(self, connection: Connection) -> None:
        limit_waiting(connection)
        locked = connection.rows(
            "SELECT number FROM records_project WHERE number = %s FOR NO KEY UPDATE",
            (self._number,),
        )
        if not locked:
            raise StoreError("the project's records were removed")

    @contextmanager
    def read(self, *, scope: Scope) -> Iterator[Connection]:
        """A connection for one statement; inside `write` it sees what was written."""
        self.check(scope)
        with translated(), connected() as raw:
            yield Connection(raw, self._number)

    @contextmanager
    def snapshot(self, *, scope: Scope) -> Iterator[Connection]:
        """A connection for several statements, which see the project as it was at one moment.

        Within a transaction that is open already they see what that one sees.
        """
        self.check(scope)
        with self.own_snapshot() as connection:
            yield connection

    @contextmanager
    def own_snapshot(self) -> Iterator[Connection]:
        """As `snapshot`, for what is asked of the project as a whole."""
        with translated(), connected() as raw:
            if raw.in_atomic_block:
                yield Connection(raw, self._number)
                return
            with transaction.atomic(using=ALIAS):
                connection = Connection(raw, self._number)
                connection.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield connection


def limit_waiting(connection: Connection, seconds: int = BUSY_SECONDS) -> None:
    """Let the transaction wait for others' locks; as long as a file would be, unless said."""
    connection.run(f"SET LOCAL lock_timeout = '{seconds}s'")


def take_time(connection: Connection) -> None:
    """Let the transaction's statements take as long as they need, as those that delete must."""
    connection.run("SET LOCAL statement_timeout = 0")


@contextmanager
def connected() -> Iterator[BaseDatabaseWrapper]:
    """This thread's connection, given back after it if it was opened for it."""
    raw = this_threads()
    was_open = raw.connection is not None
    try:
        yield raw
    finally:
        if not was_open:
            raw.close()


def _number_of(raw: BaseDatabaseWrapper, scope: Scope) -> int:
    """The project's number, given now if it has none."""
    connection = Connection(raw, NO_PROJECT)
    names = (scope.organization, scope.project)
    known = "SELECT number FROM records_project WHERE organization = %s AND name = %s"
    rows = connection.rows(known, names)
    if not rows:
        connection.run(
            "INSERT INTO records_project (organization, name, forgetting_key)"
            " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (*names, secrets.token_bytes(_FORGETTING_KEY_BYTES)),
        )
        rows = connection.rows(known, names)
    return whole(rows[0][0])
