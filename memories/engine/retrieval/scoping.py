"""No read is about everything: the scope or the filter must name whom it is about."""

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
