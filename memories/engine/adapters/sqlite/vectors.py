"""Every vector of a file in memory, for exact search; kept fresh across processes.

Chosen by measurement over sqlite-vec: docs/decisions/0005.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection, blob, whole
from memories.engine.domain import Vector

# Rows that a search sorts first; the rest is sorted only if the reader asks on.
_FIRST: Final = 512
# Above this share of removed rows the arrays are loaded anew.
_WASTE: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Rows [0, count) of the arrays; what lies beyond may be filling up."""

    count: int
    matrix: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    passages: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    scopes: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    removed: frozenset[int]
    newest: int
    newest_removal: int
    epoch: int


class VectorCache:
    """The vectors of one file as one matrix.

    Passages are never changed, only added and removed, so freshness is three look-ups: the newest
    passage, the newest removal, and the epoch that a reindex moves on.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._loaded = self._empty(epoch=-1)

    def _empty(self, *, epoch: int, newest_removal: int = 0) -> _Loaded:
        return _Loaded(
            count=0,
            matrix=np.empty((0, self._dimensions), dtype=np.float32),
            passages=np.empty(0, dtype=np.int64),
            scopes=np.empty(0, dtype=np.int64),
            removed=frozenset(),
            newest=0,
            newest_removal=newest_removal,
            epoch=epoch,
        )

    def nearest(
        self, connection: Connection, vector: Vector, scopes: Sequence[int]
    ) -> Iterator[tuple[int, float]]:
        """Passages of those scopes with their cosine similarity, most similar first."""
        loaded = self._fresh(connection)
        passages, cosines = self._compare(loaded, vector, scopes)
        for part in _descending(cosines):
            for row in part:
                if (passage := int(passages[row])) not in loaded.removed:
                    yield passage, float(cosines[row])

    def similarities(
        self, connection: Connection, vector: Vector, passages: Sequence[int]
    ) -> dict[int, float]:
        """Cosine similarity of each of those passages that has a vector."""
        loaded = self._fresh(connection)
        wanted = np.asarray(passages, dtype=np.int64)
        rows = np.searchsorted(loaded.passages[: loaded.count], wanted)
        rows = np.minimum(rows, max(loaded.count - 1, 0))
        if not loaded.count:
            return {}
        known = loaded.passages[rows] == wanted
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
            return loaded.passages[: loaded.count], loaded.matrix[: loaded.count] @ vector
        rows = np.flatnonzero(mask)
        return loaded.passages[rows], loaded.matrix[rows] @ vector

    def _fresh(self, connection: Connection) -> _Loaded:
        epoch = connection.number("SELECT value FROM meta WHERE key = 'epoch'")
        newest = connection.number("SELECT coalesce(max(seq), 0) FROM passages")
        newest_removal = connection.number("SELECT coalesce(max(seq), 0) FROM removed_passages")
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
                loaded = _remove(connection, loaded)
            self._loaded = loaded
            return loaded

    def _append(self, connection: Connection, loaded: _Loaded) -> _Loaded:
        found = connection.rows(
            "SELECT seq, scope, vector FROM passages WHERE seq > ? ORDER BY seq", (loaded.newest,)
        )
        newest = whole(found[-1][0]) if found else loaded.newest
        rows = [
            (whole(passage), whole(scope), blob(vector))
            for passage, scope, vector in found
            if vector is not None
        ]
        count = loaded.count + len(rows)
        grown = loaded if count <= len(loaded.passages) else _grown(loaded, count)
        if rows:
            new = slice(loaded.count, count)
            grown.passages[new] = [row[0] for row in rows]
            grown.scopes[new] = [row[1] for row in rows]
            grown.matrix[new] = np.frombuffer(
                b"".join(row[2] for row in rows), dtype="<f4"
            ).reshape(len(rows), self._dimensions)
        return replace(grown, count=count, newest=newest)


def _grown(loaded: _Loaded, count: int) -> _Loaded:
    # Half again as much room: memory stays near what is used while appends stay linear.
    room = max(256, count if not loaded.count else count + count // 2)
    matrix = np.empty((room, loaded.matrix.shape[1]), dtype=np.float32)
    passages = np.empty(room, dtype=np.int64)
    scopes = np.empty(room, dtype=np.int64)
    matrix[: loaded.count] = loaded.matrix[: loaded.count]
    passages[: loaded.count] = loaded.passages[: loaded.count]
    scopes[: loaded.count] = loaded.scopes[: loaded.count]
    return replace(loaded, matrix=matrix, passages=passages, scopes=scopes)


def _remove(connection: Connection, loaded: _Loaded) -> _Loaded:
    rows = connection.rows(
        "SELECT seq, passage FROM removed_passages WHERE seq > ? ORDER BY seq",
        (loaded.newest_removal,),
    )
    return replace(
        loaded,
        removed=loaded.removed | {whole(passage) for _, passage in rows},
        newest_removal=whole(rows[-1][0]) if rows else loaded.newest_removal,
    )


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
