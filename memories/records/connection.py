"""Statements on this thread's connection of Django, with what they answer typed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from memories.engine.storage.values import Fields, Row, SqlValue, whole

ALIAS: Final = "default"
# Lists are arrays to Postgres.
Bound: TypeAlias = SqlValue | list[str] | list[int] | list[bytes]


class Connection:
    """Statements about one project; values are always bound.

    Attributes:
        project: its number, which every statement names.
    """

    def __init__(self, raw: BaseDatabaseWrapper, project: int) -> None:
        self._raw = raw
        self.project = project

    def run(self, sql: str, values: Iterable[Bound] = ()) -> int:
        """Run one statement.

        Returns:
            How many rows it inserted, updated or deleted.
        """
        with self._raw.cursor() as cursor:
            cursor.execute(sql, list(values))
            return _changed(cursor)

    def run_named(self, sql: str, values: Mapping[str, Bound]) -> int:
        """As `run`, with values bound by name; those that it does not name are ignored."""
        with self._raw.cursor() as cursor:
            cursor.execute(sql, dict(values))
            return _changed(cursor)

    def insert(self, table: str, columns: Mapping[str, Bound]) -> int:
        """Insert a row of the project.

        Returns:
            Its number.
        """
        given = {"project": self.project, **columns}
        return self.number(f"{_insertion(table, given)} RETURNING seq", given.values())

    def insert_all(self, table: str, rows: Sequence[Mapping[str, Bound]]) -> None:
        """Insert rows of the project that have the same columns."""
        given = [{"project": self.project, **row} for row in rows]
        if given:
            with self._raw.cursor() as cursor:
                cursor.executemany(
                    _insertion(table, given[0]), [list(row.values()) for row in given]
                )

    def rows(self, sql: str, values: Iterable[Bound] = ()) -> list[Row]:
        """Every row."""
        with self._raw.cursor() as cursor:
            cursor.execute(sql, list(values))
            found: list[Row] = cursor.fetchall()
        return found

    def fields(self, sql: str, values: Iterable[Bound] = ()) -> list[Fields]:
        """Every row, by column name."""
        with self._raw.cursor() as cursor:
            cursor.execute(sql, list(values))
            names = _names(cursor)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, sql: str, values: Iterable[Bound] = ()) -> Iterator[Fields]:
        """As `fields`, as they are found; to be read before the transaction ends."""
        with self._raw.chunked_cursor() as cursor:
            cursor.execute(sql, list(values))
            names: list[str] = []
            for row in cursor:
                # The server tells the columns with the first rows.
                names = names or _names(cursor)
                yield dict(zip(names, row, strict=True))

    def number(self, sql: str, values: Iterable[Bound] = ()) -> int:
        """The one whole number that the statement answers."""
        ((found,),) = self.rows(sql, values)
        return whole(found)


def this_threads() -> BaseDatabaseWrapper:
    """Django's connection of this thread, opened or not."""
    return connections[ALIAS]


def _insertion(table: str, columns: Mapping[str, Bound]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"


def _changed(cursor: CursorWrapper) -> int:
    count: int = cursor.rowcount
    return max(count, 0)


def _names(cursor: CursorWrapper) -> list[str]:
    return [column[0] for column in cursor.description or ()]
