"""Vectors of one table in memory, for exact search.

Chosen by measurement over sqlite-vec: docs/decisions/0005.
"""

from collections.abc import Sequence

import numpy as np

from memories.engine.adapters.sqlite.cached_table import CachedTable, Columns, TableShape
from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.domain import Vector
from memories.engine.errors import ModelMismatch
from memories.engine.storage.values import Row, blob, whole


class VectorCache:
    """The vectors of the entities as one matrix."""

    def __init__(self, dimensions: int) -> None:
        """Begin empty.

        Args:
            dimensions: length of every vector.
        """
        self._dimensions = dimensions
        rows = "SELECT t.seq, t.scope, t.vector FROM entity_vectors t"
        self._table = CachedTable(TableShape("entity_vectors", rows, self._arrays))

    def forget(self) -> None:
        """Drop everything loaded: after a rollback the numbers of rows are given out anew."""
        self._table.forget()

    def nearest(
        self, connection: Connection, vector: Vector, scopes: Sequence[int], *, limit: int
    ) -> dict[int, float]:
        """Numbers of the rows of those scopes with their cosine similarity, most similar first."""
        rows, _ = self._table.fresh(connection)
        mask = rows.alive[: rows.count] & np.isin(rows.columns["scope"][: rows.count], scopes)
        chosen = np.flatnonzero(mask)
        cosines = np.asarray(rows.columns["vector"][chosen], dtype=np.float32) @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        numbers = np.asarray(rows.columns["seq"][chosen[best]], dtype=np.int64)
        return dict(zip(numbers.tolist(), cosines[best].tolist(), strict=True))

    def _arrays(self, found: Sequence[Row]) -> Columns:
        vectors = [blob(row[2]) for row in found]
        if any(len(vector) != 4 * self._dimensions for vector in vectors):
            raise ModelMismatch("the file was switched to another embedding model by reindex()")
        matrix = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(-1, self._dimensions)
        return {
            "seq": np.array([whole(row[0]) for row in found], dtype=np.int64),
            "scope": np.array([whole(row[1]) for row in found], dtype=np.int64),
            "vector": matrix,
        }
