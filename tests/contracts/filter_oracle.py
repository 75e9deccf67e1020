"""What a filter means, in Python and without a thought for speed."""

from collections.abc import Mapping
from datetime import datetime

from memories.engine.domain import AllOf, AnyOf, Condition, Filter, NoneOf, Operator

Row = Mapping[str, object]


def matches(filter_: Filter, row: Row) -> bool:
    match filter_:
        case Condition():
            return condition_holds(filter_, row)
        case AllOf(parts):
            return all(matches(part, row) for part in parts)
        case AnyOf(parts):
            return any(matches(part, row) for part in parts)
        case NoneOf(parts):
            return not any(matches(part, row) for part in parts)


def condition_holds(condition: Condition, row: Row) -> bool:
    operator, wanted = condition.operator, condition.value
    if operator is Operator.NE:
        return not holds(Operator.EQ, found_in(condition, row), wanted, condition.field)
    if operator is Operator.NIN:
        return not holds(Operator.IN, found_in(condition, row), wanted, condition.field)
    return holds(operator, found_in(condition, row), wanted, condition.field)


def found_in(condition: Condition, row: Row) -> object:
    found = row.get(condition.field)
    for key in condition.key:
        found = found.get(key) if isinstance(found, Mapping) else None
    return (found or None) if condition.field == "categories" else found


def holds(operator: Operator, found: object, wanted: object, field: str) -> bool:
    if operator is Operator.EXISTS or wanted is None:
        return (found is None) is not (operator is Operator.EXISTS)
    if found is None:
        return False
    if field == "categories":
        assert isinstance(found, list)
        if operator is Operator.CONTAINS:
            operator = Operator.ICONTAINS
        return any(holds_of_value(operator, each, wanted) for each in found)
    return holds_of_value(operator, found, wanted)


def holds_of_value(operator: Operator, found: object, wanted: object) -> bool:
    if operator is Operator.IN:
        assert isinstance(wanted, tuple)
        return any(same(found, each) for each in wanted)
    if operator in {Operator.CONTAINS, Operator.ICONTAINS}:
        return contains(found, wanted, fold=operator is Operator.ICONTAINS)
    if operator is Operator.EQ:
        return same(found, wanted)
    return in_order(operator, found, wanted)


def same(one: object, other: object) -> bool:
    return type_class(one) is type_class(other) is not None and one == other


def type_class(value: object) -> type | None:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return next((kind for kind in (str, datetime) if isinstance(value, kind)), None)


def contains(found: object, wanted: object, *, fold: bool) -> bool:
    if isinstance(found, list):
        return any(equal_folded(each, wanted) if fold else same(each, wanted) for each in found)
    return part_of(wanted, found, fold=fold)


def equal_folded(one: object, other: object) -> bool:
    both_text = isinstance(one, str) and isinstance(other, str)
    return both_text and str(one).casefold() == str(other).casefold()


def part_of(part: object, whole: object, *, fold: bool) -> bool:
    if not isinstance(part, str) or not isinstance(whole, str):
        return False
    return part.casefold() in whole.casefold() if fold else part in whole


def in_order(operator: Operator, found: object, wanted: object) -> bool:
    if type_class(found) is not type_class(wanted):
        return False
    if isinstance(found, bool) or not isinstance(found, datetime | str | int | float):
        return False
    # Both are of one class by now, which the types can't say.
    sign = (found > wanted) - (found < wanted)  # type: ignore[operator]
    signs: Mapping[Operator, set[int]] = {
        Operator.GT: {1},
        Operator.GTE: {0, 1},
        Operator.LT: {-1},
        Operator.LTE: {-1, 0},
    }
    return sign in signs[operator]
