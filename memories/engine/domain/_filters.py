"""Filters, parsed: the tree that indexes compile."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Operator(StrEnum):
    """How a filter compares a field with a value."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NIN = "nin"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    ICONTAINS = "icontains"
    EXISTS = "exists"


FilterValue: TypeAlias = "bool | int | float | str | datetime | tuple[FilterValue, ...] | None"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison.

    Attributes:
        field: `user`, `agent`, `app`, `run`, `said_at`, `recorded_at`, `updated_at`, `expires_at`,
            `occurred_from`, `occurred_until`, `kind`, `attributed_to`, `categories`, `text`, `id`
            or `metadata`.
        key: path inside the metadata, where the field is `metadata`.
    """

    field: str
    operator: Operator
    value: FilterValue = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is; an empty one is true."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is; an empty one is false."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True where no part is."""

    parts: tuple["Filter", ...]


Filter: TypeAlias = Condition | AllOf | AnyOf | NoneOf
