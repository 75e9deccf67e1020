"""What compiling a filter comes to, whatever the database: only comparisons differ."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar, assert_never

from memories.engine.domain import AllOf, AnyOf, Condition, Filter, NoneOf, Operator
from memories.engine.errors import InvalidFilter

_Value = TypeVar("_Value")
# SQL, and its values in the order of the placeholders in it.
_Compiled = tuple[str, tuple[_Value, ...]]

TEXTS: Final = frozenset(
    {"id", "user", "agent", "app", "run", "kind", "attributed_to", "text"},
)
TIMES: Final = frozenset(
    {"said_at", "recorded_at", "updated_at", "expires_at", "occurred_from", "occurred_until"},
)
IDS: Final = frozenset({"user", "agent", "app", "run"})
SIGNS: Final[Mapping[Operator, str]] = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}
_OPPOSITES: Final[Mapping[Operator, Operator]] = {
    Operator.NE: Operator.EQ,
    Operator.NIN: Operator.IN,
}


def compile_tree(
    filter_: Filter,
    compare: Callable[[Condition], _Compiled[_Value]],
    *,
    true: str,
    false: str,
) -> _Compiled[_Value]:
    """A filter as SQL.

    Args:
        filter_: any filter that `parse_filter` gives.
        compare: gives a comparison, which must be true or false of every row and never NULL; it
            is never asked for `ne` and `nin`.
        true: what SQL calls that.
        false: likewise.

    Raises:
        InvalidFilter: a condition pairs a field with an operator or value that it has no use for.
    """

    def joined(parts: tuple[Filter, ...], word: str, empty: str) -> _Compiled[_Value]:
        compiled = [compile_tree(part, compare, true=true, false=false) for part in parts]
        sql = word.join(sql for sql, _ in compiled) or empty
        return f"({sql})", tuple(value for _, values in compiled for value in values)

    match filter_:
        case Condition():
            return _compared(filter_, compare)
        case AllOf(parts):
            return joined(parts, " AND ", true)
        case AnyOf(parts):
            return joined(parts, " OR ", false)
        case NoneOf(parts):
            sql, values = joined(parts, " OR ", false)
            return f"(NOT {sql})", values
        case _:
            assert_never(filter_)


def _compared(
    condition: Condition, compare: Callable[[Condition], _Compiled[_Value]]
) -> _Compiled[_Value]:
    opposite = _OPPOSITES.get(condition.operator)
    if opposite is None:
        return compare(condition)
    sql, values = compare(replace(condition, operator=opposite))
    return f"(NOT {sql})", values


def unusable(condition: Condition) -> InvalidFilter:
    """The error of a condition that has no meaning."""
    path = ".".join((condition.field, *condition.key))
    return InvalidFilter(f"no use for {condition.operator} with this value here", path=path)


def about_ids(filter_: Filter) -> Filter | None:
    """What the filter asks of a row's user, agent, app and run; None if that is nothing.

    It may ask less than the filter, never more.
    """
    if isinstance(filter_, NoneOf):
        return None
    if isinstance(filter_, AllOf | AnyOf):
        parts = tuple(map(about_ids, filter_.parts))
        named = tuple(part for part in parts if part is not None)
        if not named or (isinstance(filter_, AnyOf) and len(named) < len(parts)):
            return None
        return replace(filter_, parts=named)
    return filter_ if filter_.field in IDS else None
