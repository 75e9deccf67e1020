"""Every vector of a file in memory, for exact search; kept fresh across processes.

Chosen by measurement over sqlite-vec: docs/decisions/0005.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection, blob, whole
from memories.engine.domain import Vector
from memories.engine.errors import ModelMismatch

# Rows that a search sorts first; the rest is sorted only if the reader asks on.
_FIRST: Final = 512
# Above this share of removed rows the arrays are loaded anew.
_WASTE: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Rows [0, count) of the arrays; what lies beyond may be filling up."""

    count: int
    matrix: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    scopes: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    removed: frozenset[int]
    newest: int
    newest_removal: int
    epoch: int


class VectorCache:
    """The vectors of one table as one matrix.

    Rows are never changed, only added and removed, so freshness is three look-ups: the newest
    row, the newest removal, and the epoch that a reindex moves on.
    """

    def __init__(self, table: Literal["passages", "entity_vectors"], dimensions: int) -> None:
        """Begin empty.

        Args:
            table: has `seq`, `scope` and `vector`, and its removals in `removed_<table>`.
            dimensions: length of every vector.
        """
        self._table = table
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._loaded = self._empty(epoch=-1)

    def _empty(self, *, epoch: int, newest_removal: int = 0) -> _Loaded:
        return _Loaded(
            count=0,
            matrix=np.empty((0, self._dimensions), dtype=np.float32),
            numbers=np.empty(0, dtype=np.int64),
            scopes=np.empty(0, dtype=np.int64),
            removed=frozenset(),
            newest=0,
            newest_removal=newest_removal,
            epoch=epoch,
        )

    def nearest(
        self, connection: Connection, vector: Vector, scopes: Sequence[int]
    ) -> Iterator[tuple[int, float]]:
        """Numbers of the rows of those scopes with their cosine similarity, most similar first."""
        loaded = self._fresh(connection)
        numbers, cosines = self._compare(loaded, vector, scopes)
        for part in _descending(cosines):
            for row in part:
                if (number := int(numbers[row])) not in loaded.removed:
                    yield number, float(cosines[row])

    def similarities(
        self, connection: Connection, vector: Vector, numbers: Sequence[int]
    ) -> dict[int, float]:
        """Cosine similarity of each of those rows that has a vector."""
        loaded = self._fresh(connection)
        wanted = np.asarray(numbers, dtype=np.int64)
        rows = np.searchsorted(loaded.numbers[: loaded.count], wanted)
        rows = np.minimum(rows, max(loaded.count - 1, 0))
        if not loaded.count:
            return {}
        known = loaded.numbers[rows] == wanted
        cosines = loaded.matrix[rows[known]] @ vector
        return dict(zip(wanted[known].tolist(), cosines.tolist(), strict=True))

    def _compare(
        self, loaded: _Loaded, vector: Vector, scopes: Sequence[int]
    ) -> tuple[
        "np.ndarray[tuple[int], np.dtype[np.int64]]", "np.ndarray[tuple[int], np.dtype[np.float32]]"
    ]:
        stored = loaded.scopes[: loaded.count]
        wanted = np.zeros(int(max([*scopes, stored.max(initial=0)])) + 1, dtype=np.bool_)
        wanted[list(scopes)] = True
        mask = wanted[stored]
        if mask.all():
            return loaded.numbers[: loaded.count], loaded.matrix[: loaded.count] @ vector
        rows = np.flatnonzero(mask)
        return loaded.numbers[rows], loaded.matrix[rows] @ vector

    def _fresh(self, connection: Connection) -> _Loaded:
        epoch = connection.number("SELECT value FROM meta WHERE key = 'epoch'")
        newest = connection.number(f"SELECT coalesce(max(seq), 0) FROM {self._table}")
        newest_removal = connection.number(
            f"SELECT coalesce(max(seq), 0) FROM removed_{self._table}"
        )
        with self._lock:
            loaded = self._loaded
            if epoch < loaded.epoch:
                # Another thread read on while this snapshot stood still.
                return loaded
            if epoch > loaded.epoch or len(loaded.removed) > _WASTE * loaded.count + _FIRST:
                loaded = self._empty(epoch=epoch, newest_removal=newest_removal)
            if newest > loaded.newest:
                loaded = self._append(connection, loaded)
            if newest_removal > loaded.newest_removal:
                loaded = self._remove(connection, loaded)
            self._loaded = loaded
            return loaded

    def _append(self, connection: Connection, loaded: _Loaded) -> _Loaded:
        found = connection.rows(
            f"SELECT seq, scope, vector FROM {self._table} WHERE seq > ? ORDER BY seq",
            (loaded.newest,),
        )
        newest = whole(found[-1][0]) if found else loaded.newest
        rows = [
            (whole(number), whole(scope), blob(vector))
            for number, scope, vector in found
            if vector is not None
        ]
        count = loaded.count + len(rows)
        grown = loaded if count <= len(loaded.numbers) else _grown(loaded, count)
        if any(len(vector) != 4 * self._dimensions for _, _, vector in rows):
            raise ModelMismatch("the file was switched to another embedding model by reindex()")
        if rows:
            new = slice(loaded.count, count)
            grown.numbers[new] = [row[0] for row in rows]
            grown.scopes[new] = [row[1] for row in rows]
            grown.matrix[new] = np.frombuffer(
                b"".join(row[2] for row in rows), dtype="<f4"
            ).reshape(len(rows), self._dimensions)
        return replace(grown, count=count, newest=newest)

    def _remove(self, connection: Connection, loaded: _Loaded) -> _Loaded:
        rows = connection.rows(
            f"SELECT seq, removed FROM removed_{self._table} WHERE seq > ? ORDER BY seq",
            (loaded.newest_removal,),
        )
        return replace(
            loaded,
            removed=loaded.removed | {whole(removed) for _, removed in rows},
            newest_removal=whole(rows[-1][0]) if rows else loaded.newest_removal,
        )

    def forget(self) -> None:
        """Drop everything loaded: after a rollback the numbers of rows are given out anew."""
        with self._lock:
            self._loaded = self._empty(epoch=-1)


def _grown(loaded: _Loaded, count: int) -> _Loaded:
    # Half again as much room: memory stays near what is used while appends stay linear.
    room = max(256, count if not loaded.count else count + count // 2)
    matrix = np.empty((room, loaded.matrix.shape[1]), dtype=np.float32)
    numbers = np.empty(room, dtype=np.int64)
    scopes = np.empty(room, dtype=np.int64)
    matrix[: loaded.count] = loaded.matrix[: loaded.count]
    numbers[: loaded.count] = loaded.numbers[: loaded.count]
    scopes[: loaded.count] = loaded.scopes[: loaded.count]
    return replace(loaded, matrix=matrix, numbers=numbers, scopes=scopes)


def _descending(
    cosines: "np.ndarray[tuple[int], np.dtype[np.float32]]",
) -> Iterator[Sequence[int]]:
    """Row numbers in descending order, the first few ahead of sorting the rest."""
    if len(cosines) <= _FIRST * 2:
        yield np.argsort(-cosines, kind="stable").tolist()
        return
    split = np.argpartition(-cosines, _FIRST)
    first, rest = split[:_FIRST], split[_FIRST:]
    yield first[np.argsort(-cosines[first], kind="stable")].tolist()
    yield rest[np.argsort(-cosines[rest], kind="stable")].tolist()
