"""Filters as the SQL of each adapter, run over rows."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeAlias

import apsw
from django.db import connection

from memories.engine.adapters.sqlite import filters as sqlite
from memories.engine.domain import Filter
from memories.engine.retrieval.filters import parse_filter
from memories.engine.storage.rows import to_micros
from memories.engine.storage.values import SqlValue
from tests.contracts.filter_oracle import Row

Value: TypeAlias = SqlValue | list[str] | list[int] | list[bytes]

_TEXTS: Final = ("id", "user", "agent", "app", "run", "kind", "attributed_to", "text")
_TIMES: Final = (
    *("said_at", "recorded_at", "updated_at", "expires_at", "occurred_from", "occurred_until"),
)
_COLUMNS: Final = (*_TEXTS, *_TIMES, "categories", "metadata")


class Filtering(Protocol):
    """A filter in one adapter's SQL.

    Attributes:
        placeholder: what stands for a value.
    """

    placeholder: str

    def compiled(self, filter_: Filter) -> tuple[str, Sequence[Value]]: ...

    def rows_found(self, filter_: Filter, rows: Sequence[Row]) -> list[int]:
        """Runs the SQL over the rows and gives the places of those it lets through."""
        ...

    def finds(self, raw: object, **row: object) -> bool: ...


class _InSqlite:
    placeholder = "?"

    def compiled(self, filter_: Filter) -> tuple[str, Sequence[Value]]:
        return sqlite.compile_filter(filter_)

    def rows_found(self, filter_: Filter, rows: Sequence[Row]) -> list[int]:
        memory = apsw.Connection(":memory:")
        try:
            memory.create_scalar_function("fold", _fold, 1, deterministic=True)
            columns = ", ".join(
                f'"{column}" {"INTEGER" if column in _TIMES else "TEXT"}' for column in _COLUMNS
            )
            memory.execute(f"CREATE TABLE memory (place INTEGER PRIMARY KEY, {columns}) STRICT")
            marks = ", ".join("?" * (len(_COLUMNS) + 1))
            memory.executemany(
                f"INSERT INTO memory VALUES ({marks})",  # noqa: S608 - question marks only
                [
                    (place, *(_stored(column, row.get(column)) for column in _COLUMNS))
                    for place, row in enumerate(rows)
                ],
            )
            sql, values = sqlite.compile_filter(filter_)
            query = f"SELECT place, {sql} FROM memory AS m ORDER BY place"  # noqa: S608 - under test
            outcomes = memory.execute(query, values).fetchall()
        finally:
            memory.close()
        assert all(outcome in {0, 1} for _, outcome in outcomes)
        return [int(str(place)) for place, outcome in outcomes if outcome]

    def finds(self, raw: object, **row: object) -> bool:
        return self.rows_found(parse_filter(raw), [row]) == [0]


class _InPostgres:
    placeholder = "%s"

    def compiled(self, filter_: Filter) -> tuple[str, Sequence[Value]]:
        # Only where the app is installed.
        from memories.records.filters import compile_filter  # noqa: PLC0415

        return compile_filter(filter_)

    def rows_found(self, filter_: Filter, rows: Sequence[Row]) -> list[int]:
        sql, values = self.compiled(filter_)
        columns = ", ".join(
            [
                *(f'"{column}" text COLLATE "C"' for column in _TEXTS),
                *(f"{column} bigint" for column in _TIMES),
                "categories jsonb",
                "filtered jsonb",
            ]
        )
        stored = [self._row(place, row) for place, row in enumerate(rows)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT place, {sql} FROM jsonb_to_recordset(%s::jsonb)"  # noqa: S608 - under test
                f" AS m (place integer, {columns}) ORDER BY place",
                [*values, json.dumps(stored, ensure_ascii=False)],
            )
            outcomes = cursor.fetchall()
        assert all(outcome in {True, False} for _, outcome in outcomes)
        return [place for place, outcome in outcomes if outcome]

    def _row(self, place: int, row: Row) -> Mapping[str, object]:
        from memories.records.filtered import filtered  # noqa: PLC0415 - as above

        columns = {column: _stored(column, row.get(column)) for column in _COLUMNS}
        texts: dict[str, int | str | None] = {
            "categories": columns["categories"] or "[]",
            "metadata": columns["metadata"] or "{}",
        }
        document = filtered(columns | texts)
        return {
            **columns,
            "place": place,
            "categories": row.get("categories"),
            "filtered": json.loads(document),
        }

    def finds(self, raw: object, **row: object) -> bool:
        return self.rows_found(parse_filter(raw), [row]) == [0]


def _stored(column: str, value: object) -> int | str | None:
    if isinstance(value, datetime):
        return to_micros(value)
    if column in {"categories", "metadata"} and value is not None:
        return json.dumps(value, ensure_ascii=False)
    assert value is None or isinstance(value, str)
    return value


def _fold(*arguments: "apsw.SQLiteValue") -> str | None:
    (text,) = arguments
    assert text is None or isinstance(text, str)
    return None if text is None else text.casefold()


FILTERINGS: Final[Mapping[str, Filtering]] = {"sqlite": _InSqlite(), "postgres": _InPostgres()}
