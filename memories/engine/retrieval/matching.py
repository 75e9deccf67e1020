"""What a read may see of messages that are in no store yet: the filter's meaning, in Python."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from memories.engine.domain import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    FilterValue,
    JsonValue,
    NoneOf,
    Operator,
    OwnedMessage,
    Scope,
    Selection,
)

_IDS: Final = ("user", "agent", "app", "run")
_NEGATED: Final = {Operator.NE: Operator.EQ, Operator.NIN: Operator.IN}
_Value: TypeAlias = "JsonValue | datetime"


def visible(
    messages: Sequence[OwnedMessage], *, scope: Scope, selection: Selection
) -> list[OwnedMessage]:
    """Those that the read may see, as though they were stored."""
    return [each for each in messages if _is_visible(each, scope, selection)]


def _is_visible(owned: OwnedMessage, scope: Scope, selection: Selection) -> bool:
    message, expires_at = owned.message, owned.expires_at
    named = [name for name in _IDS if getattr(scope, name) is not None]
    return (
        all(getattr(owned.scope, name) == getattr(scope, name) for name in named)
        and (
            selection.show_expired
            or expires_at is None
            or expires_at > (selection.as_of or selection.now)
        )
        and (selection.as_of is None or message.said_at <= selection.as_of)
        and (selection.recorded_as_of is None or message.recorded_at <= selection.recorded_as_of)
        and (selection.filter is None or _passes(selection.filter, _row(owned)))
    )


def _row(owned: OwnedMessage) -> Mapping[str, _Value]:
    """A message under the names that filters use."""
    message = owned.message
    return {
        **{name: getattr(owned.scope, name) for name in _IDS},
        "id": message.id,
        "text": message.text,
        "attributed_to": message.speaker,
        "said_at": message.said_at,
        "recorded_at": message.recorded_at,
        "updated_at": message.recorded_at,
        "expires_at": owned.expires_at,
        "metadata": message.metadata,
    }


def _passes(filter_: Filter, row: Mapping[str, _Value]) -> bool:
    match filter_:
        case Condition(operator=operator) if operator in _NEGATED:
            return not _holds(_NEGATED[operator], _found(filter_, row), filter_.value)
        case Condition(operator=operator):
            return _holds(operator, _found(filter_, row), filter_.value)
        case AllOf(parts):
            return all(_passes(part, row) for part in parts)
        case AnyOf(parts):
            return any(_passes(part, row) for part in parts)
        case NoneOf(parts):
            return not any(_passes(part, row) for part in parts)


def _found(condition: Condition, row: Mapping[str, _Value]) -> _Value:
    found = row.get(condition.field)
    for key in condition.key:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _holds(operator: Operator, found: _Value, wanted: FilterValue) -> bool:
    if operator is Operator.EXISTS:
        return found is not None
    if found is None or wanted is None:
        return found is wanted and operator is Operator.EQ
    if operator is Operator.EQ:
        return _same(found, wanted)
    if operator is Operator.IN:
        return isinstance(wanted, tuple) and any(_same(found, each) for each in wanted)
    if operator in {Operator.CONTAINS, Operator.ICONTAINS}:
        return _contains(found, wanted, fold=operator is Operator.ICONTAINS)
    return _in_order(operator, found, wanted)


def _same(one: _Value, other: FilterValue) -> bool:
    """Equal, and of one type: 1 is neither "1" nor true."""
    return _type(one) is not None and _type(one) is _type(other) and one == other


def _type(value: object) -> type | None:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return next((kind for kind in (str, datetime) if isinstance(value, kind)), None)


def _contains(found: _Value, wanted: FilterValue, *, fold: bool) -> bool:
    def folded(value: object) -> object:
        return value.casefold() if fold and isinstance(value, str) else value

    if isinstance(found, list | tuple):
        wanted_type = str if fold else _type(wanted)
        return any(_type(each) is wanted_type and folded(each) == folded(wanted) for each in found)
    part, whole = folded(wanted), folded(found)
    return isinstance(part, str) and isinstance(whole, str) and part in whole


def _in_order(operator: Operator, found: _Value, wanted: FilterValue) -> bool:
    match found, wanted:
        case (bool(), _) | (_, bool()):
            return False
        case (int() | float(), int() | float()) | (str(), str()) | (datetime(), datetime()):
            # Of one type by now, which the types can't say.
            sign = (found > wanted) - (found < wanted)  # type: ignore[operator]
            return sign in _SIGNS[operator]
        case _:
            return False


_SIGNS: Final[Mapping[Operator, frozenset[int]]] = {
    Operator.GT: frozenset({1}),
    Operator.GTE: frozenset({0, 1}),
    Operator.LT: frozenset({-1}),
    Operator.LTE: frozenset({-1, 0}),
}
