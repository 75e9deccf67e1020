"""A table of the file as arrays in memory, kept fresh across threads and processes."""

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.storage.values import Row, whole

# Above this share of removed rows, and so many, the arrays are loaded anew.
_WASTE: Final = 0.25
_WASTED_AT_LEAST: Final = 512
_LEAST_ROOM: Final = 256
# Rows that are read before they become arrays: 1000 vectors with their words take about 4 MB.
_LOADED_AT_ONCE: Final = 1000

_Column: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.generic[object]]]"
Columns: TypeAlias = Mapping[str, _Column]


@dataclass(frozen=True)
class Rows:
    """A table as it was at one moment: rows [0, count) of the arrays, in the order of `seq`.

    What lies beyond `count` may be filling up; what lies before is never changed in place.

    Attributes:
        alive: False for rows that were removed since.
        loading: shared by all that came of one loading: their first rows are the same.
    """

    count: int
    columns: Columns
    alive: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    newest: int
    newest_removal: int
    newest_change: int
    epoch: int
    loading: object

    @cached_property
    def wasted(self) -> int:
        """How many of the rows were removed since."""
        return self.count - int(self.alive[: self.count].sum())

    @cached_property
    def last_alive(self) -> int:
        """The number of the last row that is still there; 0 for none."""
        living = np.flatnonzero(self.alive[: self.count])
        return int(self.columns["seq"][living[-1]].item()) if len(living) else 0

    def newer_than(self, *, newest: int, removal: int, change: int) -> bool:
        """True for a snapshot of the same epoch that does not hold all of this."""
        held = self.last_alive
        return newest < held or removal < self.newest_removal or change < self.newest_change


@dataclass(frozen=True, slots=True)
class TableShape:
    """What of a table is cached, and how.

    Attributes:
        table: has an ascending `seq`; its removals are in `removed_<table>`.
        rows: SELECT of what `arrays` takes, `seq` first, that a condition on `seq` can follow.
        arrays: the columns of some rows, `seq` among them.
        changes: SELECT of the newest change and of the rows that changed since one, if rows can
            change; see `changed_rows`.
    """

    table: str
    rows: str
    arrays: Callable[[Sequence[Row]], Columns]
    changes: str | None = None


class CachedTable:
    """The columns of one table.

    Rows are added and removed, and some columns may change; each leaves a trail in the file, so
    that freshness is a few look-ups: the newest row, the newest removal, the newest change, and the
    epoch that a reindex moves on.
    """

    def __init__(self, shape: TableShape) -> None:
        """Begin empty."""
        self._shape = shape
        self._lock = threading.Lock()
        self._rows = self._empty(epoch=-1)

    def _empty(self, *, epoch: int, newest_removal: int = 0, newest_change: int = 0) -> Rows:
        return Rows(
            count=0,
            columns=self._shape.arrays(()),
            alive=np.empty(0, dtype=np.bool_),
            newest=0,
            newest_removal=newest_removal,
            newest_change=newest_change,
            epoch=epoch,
            loading=object(),
        )

    def forget(self) -> None:
        """Drop everything loaded: after a rollback the numbers of rows are given out anew."""
        with self._lock:
            self._rows = self._empty(epoch=-1)

    def fresh(self, connection: Connection) -> tuple[Rows, bool]:
        """The rows as the connection's snapshot has them, or newer; and whether they are newer."""
        epoch, newest, removal, change = self._newest(connection)
        with self._lock:
            rows = self._rows
            if epoch < rows.epoch:
                # Another thread read on while this snapshot stood still.
                return rows, True
            if epoch > rows.epoch or rows.wasted > _WASTE * rows.count + _WASTED_AT_LEAST:
                rows = self._empty(epoch=epoch, newest_removal=removal, newest_change=change)
            if newest > rows.newest:
                rows = self._appended(connection, rows)
            if removal > rows.newest_removal:
                rows = self._removed(connection, rows)
            if change > rows.newest_change:
                rows = self._changed(connection, rows)
            self._rows = rows
            return rows, rows.newer_than(newest=newest, removal=removal, change=change)

    def _newest(self, connection: Connection) -> tuple[int, int, int, int]:
        """The epoch, the newest row, the newest removal and the newest change; 0 for none."""
        table = self._shape.table
        changes = "0" if self._shape.changes is None else f"(SELECT max(seq) FROM changed_{table})"
        ((epoch, newest, removal, change),) = connection.rows(
            f"SELECT (SELECT value FROM meta WHERE key = 'epoch'),"
            f" (SELECT max(seq) FROM {table}), (SELECT max(seq) FROM removed_{table}), {changes}"
        )
        return whole(epoch), whole(newest or 0), whole(removal or 0), whole(change or 0)

    def _appended(self, connection: Connection, rows: Rows) -> Rows:
        missing = connection.number(
            f"SELECT count(*) FROM {self._shape.table} WHERE seq > ?", (rows.newest,)
        )
        if rows.count + missing > len(rows.alive):
            rows = _grown(rows, rows.count + missing)
        found = connection.stream(
            f"{self._shape.rows} WHERE t.seq > ? ORDER BY t.seq", (rows.newest,)
        )
        # A part at a time: what a part needs besides the arrays is used again by the next.
        while part := list(itertools.islice(found, _LOADED_AT_ONCE)):
            added = self._shape.arrays(part)
            new = slice(rows.count, rows.count + len(part))
            for name, column in rows.columns.items():
                column[new] = added[name]
            rows.alive[new] = True
            rows = replace(rows, count=new.stop, newest=whole(part[-1][0]))
        return rows

    def _removed(self, connection: Connection, rows: Rows) -> Rows:
        found = connection.rows(
            f"SELECT seq, removed FROM removed_{self._shape.table} WHERE seq > ? ORDER BY seq",
            (rows.newest_removal,),
        )
        places = _places(rows, [whole(removed) for _, removed in found])
        alive = rows.alive.copy()
        alive[places] = False
        newest = whole(found[-1][0]) if found else rows.newest_removal
        return replace(rows, alive=alive, newest_removal=newest)

    def _changed(self, connection: Connection, rows: Rows) -> Rows:
        newest = connection.number(f"SELECT max(seq) FROM changed_{self._shape.table}")
        found = connection.rows(
            f"{self._shape.rows} WHERE {self._shape.changes} ORDER BY t.seq", (rows.newest_change,)
        )
        changed = self._shape.arrays(found)
        places = _places(rows, [whole(row[0]) for row in found])
        columns = dict(rows.columns)
        for name, column in changed.items():
            # The wide one holds vectors, which never change.
            if column.ndim == 1 and len(places) == len(found):
                columns[name] = columns[name].copy()
                columns[name][places] = column
        return replace(rows, columns=columns, newest_change=newest)


def _places(rows: Rows, seqs: Sequence[int]) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Where those of the rows that are loaded lie."""
    wanted = np.asarray(seqs, dtype=np.int64)
    loaded = rows.columns["seq"][: rows.count]
    places = np.searchsorted(loaded, wanted)
    places = places[places < rows.count]
    return places[np.isin(loaded[places], wanted)]


def _grown(rows: Rows, count: int) -> Rows:
    # Half again as much room: memory stays near what is used while appends stay linear.
    room = max(_LEAST_ROOM, count if not rows.count else count + count // 2)

    def wider(column: _Column) -> _Column:
        larger = np.empty((room, *column.shape[1:]), dtype=column.dtype)
        larger[: rows.count] = column[: rows.count]
        return larger

    columns = {name: wider(column) for name, column in rows.columns.items()}
    alive = np.zeros(room, dtype=np.bool_)
    alive[: rows.count] = rows.alive[: rows.count]
    return replace(rows, columns=columns, alive=alive)
