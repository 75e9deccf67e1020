"""Turns a filter into a condition that SQLite evaluates, with every value bound.

The condition is over a table with the alias `m` and the columns id, user, agent, app, run, kind,
attributed_to, text (TEXT); said_at, recorded_at, updated_at, expires_at, occurred_from and
occurred_until (INTEGER, microseconds since 1970 in UTC); categories (TEXT, a JSON array of
strings) and metadata (TEXT, a JSON object). All may be NULL.

Whoever runs it registers the deterministic SQL function `fold(text)`: Python's `str.casefold`, as
SQLite's own `lower` knows only ASCII. Each comparison is 0 or 1, never NULL, so that NOT holds for
rows without a value. Parts of texts are found with `instr`, as LIKE gives % and _ a meaning. Keys
of the metadata are compared in `json_each`, as no quoting in SQLite's JSON paths suits every key.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from memories.engine.domain import Condition, Filter, FilterValue, Operator
from memories.engine.storage.filters import SIGNS, TEXTS, TIMES, compile_tree, unusable

SqlValue: TypeAlias = int | float | str
Compiled: TypeAlias = tuple[str, tuple[SqlValue, ...]]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LISTED: Final = "IN (SELECT value FROM json_each(?))"
_NUMERIC: Final = "IN ('integer', 'real')"


def compile_filter(filter_: Filter) -> Compiled:
    """Gives a filter as SQL.

    Args:
        filter_: any filter that `parse_filter` gives.

    Returns:
        A parenthesised boolean expression over the alias `m`, and its values in the order of the
        `?` in it.

    Raises:
        InvalidFilter: a condition pairs a field with an operator or value that it has no use for.
    """
    return compile_tree(filter_, _condition, true="1", false="0")


def _condition(condition: Condition) -> Compiled:
    if condition.field in TEXTS:
        return _text(condition)
    if condition.field in TIMES:
        return _time(condition)
    if condition.field == "categories":
        return _categories(condition)
    if condition.field == "metadata" and condition.key:
        return _metadata(condition)
    raise unusable(condition)


def _text(condition: Condition) -> Compiled:
    column = f"m.{condition.field}"
    match condition.operator, condition.value:
        case Operator.EXISTS, _:
            return f"({column} IS NOT NULL)", ()
        case Operator.EQ, None:
            return f"({column} IS NULL)", ()
        case Operator.EQ, str(value):
            return f"({column} IS ?)", (value,)
        case Operator.IN, tuple(values):
            return _guarded(column, f"{column} {_LISTED}", _json(values))
        case Operator.CONTAINS, str(value):
            return _guarded(column, f"instr({column}, ?) > 0", value)
        case Operator.ICONTAINS, str(value):
            return _guarded(column, f"instr(fold({column}), ?) > 0", value.casefold())
        case _:
            raise unusable(condition)


def _guarded(column: str, test: str, value: SqlValue) -> Compiled:
    return f"(CASE WHEN {column} IS NULL THEN 0 ELSE {test} END)", (value,)


def _time(condition: Condition) -> Compiled:
    column = f"m.{condition.field}"
    match condition.operator, condition.value:
        case Operator.EXISTS, _:
            return f"({column} IS NOT NULL)", ()
        case Operator.EQ, None:
            return f"({column} IS NULL)", ()
        case operator, datetime() as at if operator in SIGNS:
            microseconds = (at - _EPOCH) // timedelta(microseconds=1)
            sign = SIGNS[operator]
            return f"({column} IS NOT NULL AND {column} {sign} ?)", (microseconds,)
        case _:
            raise unusable(condition)


def _categories(condition: Condition) -> Compiled:
    match condition.operator, condition.value:
        case Operator.EXISTS, _:
            return "(EXISTS (SELECT 1 FROM json_each(m.categories)))", ()
        case Operator.EQ, None:
            return "(NOT EXISTS (SELECT 1 FROM json_each(m.categories)))", ()
        case Operator.EQ, str(value):
            return _some_category("c.value = ?", value)
        case Operator.IN, tuple(values):
            return _some_category(f"c.value {_LISTED}", _json(values))
        case ((Operator.CONTAINS | Operator.ICONTAINS), str(value)):
            return _some_category("instr(fold(c.value), ?) > 0", value.casefold())
        case _:
            raise unusable(condition)


def _some_category(test: str, value: str) -> Compiled:
    return f"({_exists('json_each(m.categories) AS c', test)})", (value,)


def _metadata(condition: Condition) -> Compiled:
    """Walks one `json_each` a key: k0 the rows of the whole object, k1 of the first key's value."""
    last = f"k{len(condition.key) - 1}"
    sources = ["json_each(m.metadata) AS k0"]
    sources += [
        f"json_each(CASE k{place}.type WHEN 'object' THEN k{place}.value ELSE '{{}}' END)"
        f" AS k{place + 1}"
        for place in range(len(condition.key) - 1)
    ]
    keys = " AND ".join(f"k{place}.key = ?" for place in range(len(condition.key)))
    test, values = _metadata_test(condition, last)
    sql = _exists(", ".join(sources), f"{keys} AND {test}")
    is_absence = condition.operator is Operator.EQ and condition.value is None
    return f"(NOT {sql})" if is_absence else f"({sql})", (*condition.key, *values)


def _metadata_test(condition: Condition, row: str) -> Compiled:
    match condition.operator, condition.value:
        case (Operator.EXISTS, _) | (Operator.EQ, None):
            return f"{row}.type <> 'null'", ()
        case Operator.EQ, bool(value):
            return f"{row}.type = '{'true' if value else 'false'}'", ()
        case operator, (int() | float() | str()) as value if operator in SIGNS and not isinstance(
            value, bool
        ):
            types = "= 'text'" if isinstance(value, str) else _NUMERIC
            test = f"{row}.type {types} AND {row}.value {SIGNS[operator]} ?"
            return f"({test})", (value,)
        case Operator.IN, tuple(values):
            return _same_in("json_each(?)", row), (_json(values),)
        case Operator.CONTAINS, (bool() | int() | float() | str()) as value:
            return _metadata_contains(row, value)
        case Operator.ICONTAINS, str(value):
            folded = value.casefold()
            within = f"instr(fold({row}.value), ?) > 0"
            equal = "CASE e.type WHEN 'text' THEN fold(e.value) = ? ELSE 0 END"
            return _in_text_or_array(row, within, equal), (folded, folded)
        case _:
            raise unusable(condition)


def _metadata_contains(row: str, value: float | str) -> Compiled:
    wanted = _exists("json_each(?) AS w", _same_in(_elements(row), "w"))
    if not isinstance(value, str):
        return wanted, (_json((value,)),)
    within = f"CASE {row}.type WHEN 'text' THEN instr({row}.value, ?) > 0 ELSE 0 END"
    return f"({within} OR {wanted})", (value, _json((value,)))


def _in_text_or_array(row: str, within: str, equal: str) -> str:
    found = _exists(f"{_elements(row)} AS e", equal)
    return f"(CASE {row}.type WHEN 'text' THEN {within} ELSE 0 END OR {found})"


def _elements(row: str) -> str:
    return f"json_each(CASE {row}.type WHEN 'array' THEN {row}.value ELSE '[]' END)"


def _same_in(source: str, row: str) -> str:
    """Says that `source` has a scalar of the same type and value as `row`."""
    types = " = ".join(
        f"(CASE WHEN {each}.type {_NUMERIC} THEN 'number' ELSE {each}.type END)"
        for each in ("v", row)
    )
    scalar = "v.type NOT IN ('array', 'object', 'null')"
    return _exists(f"{source} AS v", f"{scalar} AND {types} AND v.value = {row}.value")


def _exists(source: str, test: str) -> str:
    # Both are made of the literals in this module: every key and value of a filter is bound.
    return f"EXISTS (SELECT 1 FROM {source} WHERE {test})"


def _json(values: tuple[FilterValue, ...]) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False)
