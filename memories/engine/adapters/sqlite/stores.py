"""A project in one file."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.index import SqliteIndex
from memories.engine.adapters.sqlite.store import SqliteRecords


class SqliteStores:
    """The truth and the index in the same file."""

    index_is_apart = False
    without_index = None

    def __init__(self, path: Path, *, durability: Literal["power-loss", "process-crash"]) -> None:
        """Open the file, made if it is missing.

        Args:
            path: the file.
            durability: what an acknowledged write survives.
        """
        self._database = Database(path, durability=durability)
        self._index: SqliteIndex | None = None
        self.records = SqliteRecords(self._database)

    def __str__(self) -> str:
        return str(self._database.path)

    def in_one_state(self) -> AbstractContextManager[object]:
        # It reads the file at one moment each time, and nothing is remembered beside that.
        return nullcontext()

    def passages(self, *, model: str, dimensions: int) -> SqliteIndex:
        return self.index(model=model, dimensions=dimensions)

    def index(self, *, model: str, dimensions: int) -> SqliteIndex:
        # One, as what is loaded of the file is large.
        self._index = self._index or SqliteIndex(self._database, dimensions=dimensions)
        return self._index
