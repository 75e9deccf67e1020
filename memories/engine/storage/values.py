"""What a database answers, typed."""

from collections.abc import Mapping
from typing import TypeAlias

SqlValue: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[SqlValue, ...]
Fields: TypeAlias = Mapping[str, SqlValue]


def whole(value: SqlValue) -> int:
    """The value, which must be a whole number."""
    if not isinstance(value, int):
        raise TypeError(f"the store holds {type(value).__name__} where a whole number belongs")
    return value


def real(value: SqlValue) -> float:
    """The value, which must be a number."""
    if not isinstance(value, int | float):
        raise TypeError(f"the store holds {type(value).__name__} where a number belongs")
    return float(value)


def optional_real(value: SqlValue) -> float | None:
    """The value, which must be a number or missing."""
    return None if value is None else real(value)


def words(value: SqlValue) -> str:
    """The value, which must be a text."""
    if not isinstance(value, str):
        raise TypeError(f"the store holds {type(value).__name__} where a text belongs")
    return value


def optional_words(value: SqlValue) -> str | None:
    """The value, which must be a text or missing."""
    return None if value is None else words(value)


def blob(value: SqlValue) -> bytes:
    """The value, which must be bytes."""
    if not isinstance(value, bytes):
        raise TypeError(f"the store holds {type(value).__name__} where bytes belong")
    return value
