"""A project in one file."""

from pathlib import Path
from typing import Literal

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.index import SqliteIndex
from memories.engine.adapters.sqlite.store import SqliteRecords


class SqliteStores:
    """The truth and the index in the same file."""

    index_is_apart = False

    def __init__(self, path: Path, *, durability: Literal["power-loss", "process-crash"]) -> None:
        """Open the file, made if it is missing.

        Args:
            path: the file.
            durability: what an acknowledged write survives.
        """
        self._database = Database(path, durability=durability)
        self.records = SqliteRecords(self._database)

    def __str__(self) -> str:
        return str(self._database.path)

    def index(self, *, dimensions: int) -> SqliteIndex:
        return SqliteIndex(self._database, dimensions=dimensions)
