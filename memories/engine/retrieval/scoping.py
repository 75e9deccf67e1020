"""Whom a read is about: the scope or the filter must name somebody, as no read is of everything."""

from typing import Final

from memories.engine.domain import AllOf, AnyOf, Condition, Filter, Operator, Scope
from memories.engine.errors import InvalidScope

_IDS: Final = frozenset({"user", "agent", "app", "run"})
_POSITIVE: Final = frozenset({Operator.EQ, Operator.IN, Operator.EXISTS})


def check_names_someone(scope: Scope, filter_: Filter | None) -> None:
    """Refuse a read about nobody in particular.

    Raises:
        InvalidScope: neither the scope nor the filter names a user, agent, app or run.
    """
    if not scope.names_someone and (filter_ is None or not _names_someone(filter_)):
        raise InvalidScope(
            "name at least one of user, agent, app or run, in the scope or in the filters: "
            'memory.scope(user="ana") or filters={"user_id": "ana"}'
        )


def named_by(filter_: Filter | None) -> dict[str, str]:
    """Whom every row that passes a filter belongs to, by the scope's ids."""
    match filter_:
        case AllOf(parts):
            return {field: name for part in parts for field, name in named_by(part).items()}
        case Condition(field, Operator.EQ, str(name)) if field in _IDS:
            return {field: name}
        case _:
            return {}


def beyond(scope: Scope, filter_: Filter | None) -> Filter | None:
    """What a filter asks of rows that are of the scope anyway; None for nothing."""
    match filter_:
        case AllOf(parts):
            left = tuple(part for part in (beyond(scope, each) for each in parts) if part)
            return AllOf(left) if left else None
        case Condition(field, Operator.EQ, str(name)) if field in _IDS:
            return None if getattr(scope, field) == name else filter_
        case _:
            return filter_


def _names_someone(filter_: Filter) -> bool:
    """True if every row that passes belongs to somebody whom the filter names."""
    if isinstance(filter_, Condition):
        # "Of some user, whoever" asks for that on purpose; an equality with null is for nobody.
        names = filter_.operator is Operator.EXISTS or filter_.value is not None
        return filter_.field in _IDS and filter_.operator in _POSITIVE and names
    if isinstance(filter_, AllOf):
        return any(map(_names_someone, filter_.parts))
    if isinstance(filter_, AnyOf):
        return bool(filter_.parts) and all(map(_names_someone, filter_.parts))
    return False
