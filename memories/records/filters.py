"""Turns a filter into a condition that Postgres evaluates, with every value bound.

The condition is over a table with the alias `m` and the columns id, user, agent, app, run, kind,
attributed_to and text (text, compared by code point); said_at, recorded_at, updated_at, expires_at,
occurred_from and occurred_until (bigint, microseconds since 1970 in UTC); categories (jsonb, an
array of strings) and filtered (jsonb: see `filtered`). All but the last may be NULL.

Each comparison is true or false, never NULL, so that NOT holds for rows without a value. jsonb
compares numbers exactly and never takes one type for another; its `->` finds nothing in what is no
object.
"""

from datetime import datetime
from typing import Final, TypeAlias

from memories.engine.domain import Condition, Filter, FilterValue, Operator
from memories.engine.storage.filters import SIGNS, TEXTS, TIMES, compile_tree, unusable
from memories.engine.storage.rows import to_micros
from memories.records.connection import Bound
from memories.records.filtered import EXACT, FOLDED, as_json, exact

Compiled: TypeAlias = tuple[str, tuple[Bound, ...]]

_SCALAR: Final = "jsonb_typeof(k.v) IN ('string', 'number', 'boolean')"
_TEXT: Final = "(k.v #>> '{}') COLLATE \"C\""


def compile_filter(filter_: Filter) -> Compiled:
    """Gives a filter as SQL.

    Args:
        filter_: any filter that `parse_filter` gives.

    Returns:
        A parenthesised boolean expression over the alias `m`, and its values in the order of the
        placeholders in it.

    Raises:
        InvalidFilter: a condition pairs a field with an operator or value that it has no use for.
    """
    return compile_tree(filter_, _condition, true="true", false="false")


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
            return f"({column} IS NOT NULL AND {column} = %s)", (value,)
        case Operator.IN, tuple(values):
            return f"({column} IS NOT NULL AND {column} = ANY(%s::text[]))", (_texts(values),)
        case Operator.CONTAINS, str(value):
            return f"({column} IS NOT NULL AND strpos({column}, %s) > 0)", (value,)
        case Operator.ICONTAINS, str(value):
            folded = f"m.filtered -> '{FOLDED}' ->> '{condition.field}'"
            return (
                f"({column} IS NOT NULL AND coalesce(strpos({folded}, %s), 0) > 0)",
                (value.casefold(),),
            )
        case _:
            raise unusable(condition)


def _texts(values: tuple[FilterValue, ...]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _time(condition: Condition) -> Compiled:
    column = f"m.{condition.field}"
    match condition.operator, condition.value:
        case Operator.EXISTS, _:
            return f"({column} IS NOT NULL)", ()
        case Operator.EQ, None:
            return f"({column} IS NULL)", ()
        case operator, datetime() as at if operator in SIGNS:
            return f"({column} IS NOT NULL AND {column} {SIGNS[operator]} %s)", (to_micros(at),)
        case _:
            raise unusable(condition)


def _categories(condition: Condition) -> Compiled:
    some = "coalesce(jsonb_array_length(m.categories), 0) > 0"
    match condition.operator, condition.value:
        case Operator.EXISTS, _:
            return f"({some})", ()
        case Operator.EQ, None:
            return f"(NOT {some})", ()
        case Operator.EQ, str(value):
            return f"({some} AND m.categories ? %s)", (value,)
        case Operator.IN, tuple(values):
            return f"({some} AND m.categories ?| %s::text[])", (_texts(values),)
        case ((Operator.CONTAINS | Operator.ICONTAINS), str(value)):
            folded = f"m.filtered -> '{FOLDED}' -> 'categories'"
            elements = f"jsonb_array_elements_text({folded}) AS c(folded)"
            found = f"EXISTS (SELECT 1 FROM {elements} WHERE strpos(c.folded, %s) > 0)"
            return f"({some} AND {found})", (value.casefold(),)
        case _:
            raise unusable(condition)


def _metadata(condition: Condition) -> Compiled:
    """The test of `k.v`, the value that the path leads to; NULL if it leads nowhere."""
    test, values = _metadata_test(condition)
    of = FOLDED if condition.operator is Operator.ICONTAINS else EXACT
    start = f"m.filtered -> '{of}'" + (" -> 'metadata'" if of == FOLDED else "")
    value = start + " -> %s::text" * len(condition.key)
    sql = f"EXISTS (SELECT 1 FROM (SELECT {value} AS v) AS k WHERE {test})"
    is_absence = condition.operator is Operator.EQ and condition.value is None
    return f"(NOT {sql})" if is_absence else f"({sql})", (*condition.key, *values)


def _metadata_test(condition: Condition) -> Compiled:
    match condition.operator, condition.value:
        case (Operator.EXISTS, _) | (Operator.EQ, None):
            return "jsonb_typeof(k.v) <> 'null'", ()
        case Operator.EQ, (bool() | int() | float() | str()) as value:
            return "k.v = %s::jsonb", (_json(value),)
        case operator, (int() | float() | str()) as value if operator in SIGNS and not isinstance(
            value, bool
        ):
            return _in_order(SIGNS[operator], value)
        case Operator.IN, tuple(values):
            return f"({_SCALAR} AND %s::jsonb @> k.v)", (_json(values),)
        case Operator.CONTAINS, (bool() | int() | float() | str()) as value:
            return _contains(value)
        case Operator.ICONTAINS, str(value):
            return _contains(value.casefold())
        case _:
            raise unusable(condition)


def _in_order(sign: str, value: float | str) -> Compiled:
    if isinstance(value, str):
        return f"(jsonb_typeof(k.v) = 'string' AND {_TEXT} {sign} %s)", (value,)
    return f"(jsonb_typeof(k.v) = 'number' AND k.v {sign} %s::jsonb)", (_json(value),)


def _contains(value: float | str) -> Compiled:
    """A part of a text, or an element of an array."""
    element = "(jsonb_typeof(k.v) = 'array' AND k.v @> %s::jsonb)"
    if not isinstance(value, str):
        return element, (_json(value),)
    part = f"(jsonb_typeof(k.v) = 'string' AND strpos({_TEXT}, %s) > 0)"
    return f"({part} OR {element})", (value, _json(value))


def _json(value: FilterValue) -> str:
    if isinstance(value, tuple):
        return as_json([exact(each) for each in value if not isinstance(each, datetime | tuple)])
    return as_json(None if isinstance(value, datetime) else exact(value))
