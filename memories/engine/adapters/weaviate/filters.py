"""Turns a filter into Weaviate's own: see `labels` for what it asks for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Final, assert_never

from weaviate.classes.query import Filter as Where
from weaviate.collections.classes.filters import _Filters as Wherever

from memories.engine.adapters.weaviate.labels import (
    EVERY_ROW,
    greater_labels,
    has_label,
    holds_label,
    is_label,
    lesser_labels,
    part_pattern,
    path_of,
)
from memories.engine.domain import AllOf, AnyOf, Condition, Filter, NoneOf, Operator
from memories.engine.errors import InvalidFilter

_TEXTS: Final = frozenset({"id", "user", "agent", "app", "run", "kind", "attributed_to", "text"})
_TIMES: Final = frozenset(
    {"said_at", "recorded_at", "updated_at", "expires_at", "occurred_from", "occurred_until"}
)
_OPPOSITES: Final = {Operator.NE: Operator.EQ, Operator.NIN: Operator.IN}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The instant of what never comes: far behind the year 9999.
NEVER: Final = 9e18

LABELS: Final = Where.by_property("labels")
_WORDS: Final = Where.by_property("words")
_FOLDED: Final = Where.by_property("folded")


def micros(at: datetime) -> float:
    """Microseconds since 1970, as Weaviate keeps and compares them."""
    return float((at - _EPOCH) // timedelta(microseconds=1))


def every_row() -> Wherever:
    """True of every row."""
    return LABELS.equal(EVERY_ROW)


def all_of(parts: list[Wherever]) -> Wherever:
    """True where every part is."""
    return Where.all_of(parts) if len(parts) > 1 else parts[0] if parts else every_row()


def compile_filter(filter_: Filter) -> Wherever:
    """Gives a filter as Weaviate takes it.

    Args:
        filter_: any filter that `parse_filter` gives.

    Raises:
        InvalidFilter: it asks for what this index can't tell; `path` says where.
    """
    match filter_:
        case Condition():
            return _condition(filter_)
        case AllOf(parts):
            return all_of([compile_filter(part) for part in parts])
        case AnyOf(parts):
            return _any_of([compile_filter(part) for part in parts])
        case NoneOf(parts):
            return Where.not_(_any_of([compile_filter(part) for part in parts]))
        case _:
            assert_never(filter_)


def _any_of(parts: list[Wherever]) -> Wherever:
    return Where.any_of(parts) if len(parts) > 1 else parts[0] if parts else Where.not_(every_row())


def _condition(condition: Condition) -> Wherever:
    opposite = _OPPOSITES.get(condition.operator)
    if opposite is not None:
        return Where.not_(_condition(replace(condition, operator=opposite)))
    name = path_of(condition.key) if condition.field == "metadata" else condition.field
    has = LABELS.equal(has_label(name))
    if condition.operator is Operator.EXISTS:
        return has
    if condition.operator is Operator.EQ and condition.value is None:
        return Where.not_(has)
    compare = _COMPARED.get(condition.field)
    if compare is None:
        raise _unusable(condition)
    return compare(condition, name)


def _text(condition: Condition, name: str) -> Wherever:
    match condition.operator, condition.value:
        case Operator.EQ, str(value):
            return LABELS.equal(is_label(name, value))
        case Operator.IN, tuple(values):
            return _one_of([is_label(name, each) for each in values if isinstance(each, str)])
        case Operator.CONTAINS, str(value):
            return _WORDS.like(part_pattern(name, value))
        case Operator.ICONTAINS, str(value):
            return _FOLDED.like(part_pattern(name, value.casefold()))
    raise _unusable(condition)


def _categories(condition: Condition, name: str) -> Wherever:
    match condition.operator, condition.value:
        case Operator.EQ, str(value):
            return LABELS.equal(is_label(name, value))
        case Operator.IN, tuple(values):
            return _one_of([is_label(name, each) for each in values if isinstance(each, str)])
        case ((Operator.CONTAINS | Operator.ICONTAINS), str(value)):
            return _FOLDED.like(part_pattern(name, value.casefold()))
    raise _unusable(condition)


def _time(condition: Condition, name: str) -> Wherever:
    has = LABELS.equal(has_label(name))
    column = Where.by_property(name)
    match condition.operator, condition.value:
        case Operator.EQ, datetime() as at:
            return column.equal(micros(at))
        case Operator.GT, datetime() as at:
            return Where.all_of([has, column.greater_than(micros(at))])
        case Operator.GTE, datetime() as at:
            return Where.all_of([has, column.greater_or_equal(micros(at))])
        case Operator.LT, datetime() as at:
            return column.less_than(micros(at))
        case Operator.LTE, datetime() as at:
            return column.less_or_equal(micros(at))
    raise _unusable(condition)


def _metadata(condition: Condition, name: str) -> Wherever:
    match condition.operator, condition.value:
        case Operator.EQ, (bool() | int() | float() | str()) as value:
            return LABELS.equal(is_label(name, value))
        case Operator.IN, tuple(values):
            scalars = [each for each in values if isinstance(each, bool | int | float | str)]
            return _one_of([is_label(name, each) for each in scalars])
        case Operator.CONTAINS, (bool() | int() | float() | str()) as value:
            held = LABELS.equal(holds_label(name, value))
            if not isinstance(value, str):
                return held
            return Where.any_of([held, _WORDS.like(part_pattern(name, value))])
        case Operator.ICONTAINS, str(value):
            folded = value.casefold()
            return Where.any_of(
                [_FOLDED.equal(holds_label(name, folded)), _FOLDED.like(part_pattern(name, folded))]
            )
        case operator, (int() | float() | str()) as value if not isinstance(value, bool):
            return _range(condition, operator, name, value)
    raise _unusable(condition)


def _range(condition: Condition, operator: Operator, name: str, value: float | str) -> Wherever:
    try:
        match operator:
            case Operator.GT:
                labels = greater_labels(name, value)
            case Operator.GTE:
                labels = [*greater_labels(name, value), is_label(name, value)]
            case Operator.LT:
                labels = lesser_labels(name, value)
            case Operator.LTE:
                labels = [*lesser_labels(name, value), is_label(name, value)]
            case _:
                raise _unusable(condition)
    except ValueError as error:
        raise InvalidFilter(str(error), path=_path(condition)) from error
    return _one_of(labels)


def _one_of(labels: list[str]) -> Wherever:
    return LABELS.contains_any(labels) if labels else Where.not_(every_row())


_COMPARED: Final[Mapping[str, Callable[[Condition, str], Wherever]]] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_TIMES, _time),
    "categories": _categories,
    "metadata": _metadata,
}


def _unusable(condition: Condition) -> InvalidFilter:
    return InvalidFilter(
        f"no use for {condition.operator} with this value here", path=_path(condition)
    )


def _path(condition: Condition) -> str:
    return reduce(lambda path, key: f"{path}.{key}", condition.key, condition.field)
