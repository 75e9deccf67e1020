"""One connection, with what it answers typed."""

from collections.abc import Iterable, Iterator, Mapping

import apsw

from memories.engine.storage.values import Fields, Row, SqlValue, whole


class Connection:
    """Statements on one apsw connection; values are always bound."""

    def __init__(self, raw: apsw.Connection) -> None:
        self.raw = raw

    def run(self, sql: str, values: Iterable[SqlValue] = ()) -> int:
        """Run one statement or a script without values.

        Returns:
            How many rows the last statement inserted, updated or deleted.
        """
        bound = tuple(values)
        self.raw.execute(sql, bound or None)
        return self.raw.changes()

    def run_named(self, sql: str, values: Mapping[str, SqlValue]) -> int:
        """Run one statement whose values are bound by name; names that it lacks are ignored.

        Raises:
            KeyError: it names a value that is missing.
        """
        self.raw.execute(sql, values)
        return self.raw.changes()

    def insert(self, sql: str, values: Iterable[SqlValue]) -> int:
        """Run one INSERT.

        Returns:
            The new row's number.
        """
        self.raw.execute(sql, tuple(values))
        return self.raw.last_insert_rowid()

    def stream(self, sql: str, values: Iterable[SqlValue] = ()) -> Iterator[Row]:
        """Rows as they are found; to be read before the transaction ends."""
        bound = tuple(values)
        yield from self.raw.execute(sql, bound or None)

    def rows(self, sql: str, values: Iterable[SqlValue] = ()) -> list[Row]:
        """Every row."""
        return list(self.raw.execute(sql, tuple(values) or None))

    def fields(self, sql: str, values: Iterable[SqlValue] = ()) -> list[Fields]:
        """Every row, by column name."""
        return list(self.stream_fields(sql, values))

    def stream_fields(self, sql: str, values: Iterable[SqlValue] = ()) -> Iterator[Fields]:
        """As `fields`, as they are found; to be read before the transaction ends."""
        cursor = self.raw.execute(sql, tuple(values) or None)
        names: list[str] = []
        for row in cursor:
            # apsw describes the columns only while rows are coming.
            names = names or [column[0] for column in cursor.get_description()]
            yield dict(zip(names, row, strict=True))

    def number(self, sql: str, values: Iterable[SqlValue] = ()) -> int:
        """The one whole number that the statement answers."""
        ((found,),) = self.rows(sql, values)
        return whole(found)
