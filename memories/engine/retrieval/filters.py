"""Filters as callers write them, read into the engine's own form.

A filter is an object. Its keys are logical (`AND`, `OR`, `NOT`) or fields; keys side by side must
all hold, and what can't be read is an `InvalidFilter`, never a part left out.

- `AND` and `OR` take a list of objects, `NOT` an object or a list (none of them may hold).
- A bare value means `eq`, a bare list `in`, a bare `"*"` "not null", a bare null "is null". For
  the words of a memory (`text`, `keywords`, `keywords_search`) a bare value means `icontains`.
- `{"gte": ..., "lt": ...}` names operators; several must all hold. `ne` and `nin` match null too.
- Dates are ISO 8601; without an offset they are UTC. `YYYY-MM-DD` is the whole day: `eq` is within
  it, `lte` up to its end, `gt` after its end, `gte` from its start, `lt` before its start.
- `occurred_at` compares an event's interval: true if some moment of it fits.
- `categories` compare each category: `eq` and `in` exactly, `contains` any part in any case.
- Inside `metadata`, keys are literal and nested objects are a path; in `metadata.trip.city` dots
  part the path. Types never mix: 1 is neither "1" nor true. `contains` finds a part of a string or
  an element of a list.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from typing import Final

from memories.engine.domain import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    FilterValue,
    Kind,
    NoneOf,
    Operator,
)
from memories.engine.errors import InvalidFilter
from memories.engine.retrieval.filter_times import compare_time, parse_moment
from memories.engine.text.storable import flaw_of_text


@dataclass(frozen=True, slots=True)
class FilterLimits:
    """How large a filter may be.

    Attributes:
        depth: logical operators inside one another.
        nodes: logical operators and comparisons in all.
        values: entries of one list.
        characters: length of one string or key.
        keys: length of one path into the metadata.
    """

    depth: int = 5
    nodes: int = 50
    values: int = 1000
    characters: int = 1000
    keys: int = 8


DEFAULT_LIMITS: Final = FilterLimits()


class _Shape(Enum):
    NAME = auto()
    KIND = auto()
    WORDS = auto()
    TIME = auto()
    OCCURRENCE = auto()
    CATEGORIES = auto()
    METADATA = auto()


@dataclass(frozen=True, slots=True)
class _Target:
    field: str
    shape: _Shape
    key: tuple[str, ...] = ()


_FIELDS: Final[Mapping[str, _Target]] = {
    "user_id": _Target("user", _Shape.NAME),
    "agent_id": _Target("agent", _Shape.NAME),
    "app_id": _Target("app", _Shape.NAME),
    "run_id": _Target("run", _Shape.NAME),
    "session_id": _Target("run", _Shape.NAME),
    "id": _Target("id", _Shape.NAME),
    "memory_ids": _Target("id", _Shape.NAME),
    "attributed_to": _Target("attributed_to", _Shape.NAME),
    "kind": _Target("kind", _Shape.KIND),
    "text": _Target("text", _Shape.WORDS),
    "keywords": _Target("text", _Shape.WORDS),
    "keywords_search": _Target("text", _Shape.WORDS),
    "created_at": _Target("said_at", _Shape.TIME),
    "timestamp": _Target("said_at", _Shape.TIME),
    "said_at": _Target("said_at", _Shape.TIME),
    "updated_at": _Target("updated_at", _Shape.TIME),
    "recorded_at": _Target("recorded_at", _Shape.TIME),
    "expiration_date": _Target("expires_at", _Shape.TIME),
    "expires_at": _Target("expires_at", _Shape.TIME),
    "occurred_from": _Target("occurred_from", _Shape.TIME),
    "occurred_until": _Target("occurred_until", _Shape.TIME),
    "occurred_at": _Target("occurred_from", _Shape.OCCURRENCE),
    "categories": _Target("categories", _Shape.CATEGORIES),
}
_LOGICAL: Final = ("AND", "OR", "NOT")
_ALLOWED: Final = (*_LOGICAL, *_FIELDS, "metadata")
_OPERATORS: Final[Mapping[str, Operator]] = {operator.value: operator for operator in Operator}
_ORDER: Final = frozenset({Operator.GT, Operator.GTE, Operator.LT, Operator.LTE})
_PARTS: Final = frozenset({Operator.CONTAINS, Operator.ICONTAINS})
_SAME: Final = frozenset(Operator) - _ORDER - _PARTS
_PERMITTED: Final[Mapping[_Shape, frozenset[Operator]]] = {
    _Shape.NAME: _SAME | _PARTS,
    _Shape.KIND: _SAME,
    _Shape.WORDS: _SAME | _PARTS,
    _Shape.TIME: _SAME | _ORDER,
    _Shape.OCCURRENCE: _SAME | _ORDER,
    _Shape.CATEGORIES: _SAME | _PARTS,
    _Shape.METADATA: frozenset(Operator),
}
_INTEGERS: Final = range(-(2**63), 2**63)
_JSON_NAMES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type(None), "null"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "a string"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)


def parse_filter(raw: object, *, limits: FilterLimits = DEFAULT_LIMITS) -> Filter:
    """Reads a filter; the module's docstring gives the language.

    Args:
        raw: what the caller wrote, as decoded from JSON (dates may be `date` or `datetime`). None
            and an empty object leave everything in.
        limits: how large it may be.

    Raises:
        InvalidFilter: it can't be read; `path` says where.
    """
    if raw is None:
        return AllOf(())
    return _Parser(limits).parse(raw, path="", depth=0)


@dataclass(slots=True)
class _Parser:
    limits: FilterLimits
    nodes: int = 0

    def parse(self, raw: object, *, path: str, depth: int) -> Filter:
        entries = _entries(raw, path)
        if depth and not entries:
            raise InvalidFilter("an empty object says nothing", path=path)
        return _all(self._entry(name, raw, path, depth) for name, raw in entries.items())

    def _entry(self, name: str, raw: object, parent: str, depth: int) -> Filter:
        path = f"{parent}.{name}" if parent else name
        if name in _LOGICAL:
            return self._logical(name, raw, path, depth)
        if name == "metadata":
            return self._metadata(raw, (), path)
        if name.startswith("metadata."):
            key = tuple(name.split(".")[1:])
            if not all(key):
                raise InvalidFilter("a dotted path has an empty key", path=path)
            return self._metadata_entry(raw, key, path)
        target = _FIELDS.get(_snake_case(name))
        if target is None:
            raise InvalidFilter(_unknown("field", name, _ALLOWED), path=path)
        return self._field(target, raw, path)

    def _logical(self, name: str, raw: object, path: str, depth: int) -> Filter:
        self._count(path)
        if depth >= self.limits.depth:
            raise InvalidFilter(f"nested deeper than {self.limits.depth}", path=path)
        if name == "NOT" and isinstance(raw, Mapping):
            return NoneOf((self.parse(raw, path=path, depth=depth + 1),))
        if not isinstance(raw, list | tuple):
            either = "an object or a list" if name == "NOT" else "a list"
            raise InvalidFilter(f"{name} takes {either} of objects", path=path)
        parts = tuple(
            self.parse(part, path=f"{path}[{index}]", depth=depth + 1)
            for index, part in enumerate(raw)
        )
        if name == "AND":
            return AllOf(parts)
        if not parts:
            raise InvalidFilter(f"{name} needs at least one object", path=path)
        return AnyOf(parts) if name == "OR" else NoneOf(parts)

    def _metadata(self, raw: object, key: tuple[str, ...], path: str) -> Filter:
        return _all(
            self._metadata_entry(value, (*key, name), _metadata_path(path, name))
            for name, value in _entries(raw, path).items()
        )

    def _metadata_entry(self, raw: object, key: tuple[str, ...], path: str) -> Filter:
        if len(key) > self.limits.keys:
            raise InvalidFilter(f"a path of more than {self.limits.keys} keys", path=path)
        for part in key:
            self._string(part, path)
        target = _Target("metadata", _Shape.METADATA, key)
        if not isinstance(raw, Mapping):
            return self._field(target, raw, path)
        names = set(_entries(raw, path))
        if not names:
            raise InvalidFilter("an empty object says nothing", path=path)
        if names <= _OPERATORS.keys():
            return self._field(target, raw, path)
        if names & _OPERATORS.keys():
            raise InvalidFilter(
                "operators and keys in one object; write a key that is named like an operator"
                " as a dotted path",
                path=path,
            )
        return self._metadata(raw, key, path)

    def _field(self, target: _Target, raw: object, path: str) -> Filter:
        if isinstance(raw, Mapping):
            return self._operators(target, _entries(raw, path), path)
        if isinstance(raw, str) and raw == "*":
            self._count(path)
            return _presence(target, wanted=True)
        bare = Operator.IN if isinstance(raw, list | tuple) else Operator.EQ
        if target.shape is _Shape.WORDS and raw is not None:
            bare = Operator.ICONTAINS
        return self._comparison(target, bare, raw, path)

    def _operators(self, target: _Target, raw: Mapping[str, object], path: str) -> Filter:
        if not raw:
            raise InvalidFilter("an empty object says nothing", path=path)
        permitted = sorted(_PERMITTED[target.shape])
        parts: list[Filter] = []
        for name, value in raw.items():
            operator = _OPERATORS.get(name)
            if operator not in permitted:
                raise InvalidFilter(_unknown("operator here", name, permitted), path=path)
            parts.append(self._comparison(target, operator, value, f"{path}.{name}"))
        return _all(parts)

    def _comparison(self, target: _Target, operator: Operator, raw: object, path: str) -> Filter:
        self._count(path)
        if operator is Operator.EXISTS:
            if not isinstance(raw, bool):
                raise InvalidFilter("exists takes true or false", path=path)
            return _presence(target, wanted=raw)
        if raw is None:
            if operator not in {Operator.EQ, Operator.NE}:
                raise InvalidFilter(f"{operator} can't compare with null", path=path)
            return _presence(target, wanted=operator is Operator.NE)
        if operator in {Operator.IN, Operator.NIN}:
            return self._membership(target, operator, self._list(raw, path), path)
        if operator in _PARTS and isinstance(raw, list | tuple):
            return self._any(target, operator, self._list(raw, path), path)
        if target.shape in {_Shape.TIME, _Shape.OCCURRENCE}:
            is_event = target.shape is _Shape.OCCURRENCE
            return compare_time(target.field, operator, parse_moment(raw, path), is_event=is_event)
        return Condition(
            target.field, operator, self._value(target, operator, raw, path), target.key
        )

    def _membership(
        self, target: _Target, operator: Operator, values: Sequence[object], path: str
    ) -> Filter:
        if target.shape in {_Shape.TIME, _Shape.OCCURRENCE}:
            found = self._any(target, Operator.EQ, values, path)
            return found if operator is Operator.IN else NoneOf((found,))
        read = tuple(
            self._value(target, operator, value, f"{path}[{index}]")
            for index, value in enumerate(values)
        )
        return Condition(target.field, operator, read, target.key)

    def _any(
        self, target: _Target, operator: Operator, values: Sequence[object], path: str
    ) -> Filter:
        parts: list[Filter] = []
        for index, value in enumerate(values):
            at = f"{path}[{index}]"
            if value is None or isinstance(value, list | tuple):
                raise InvalidFilter("a list holds single values, without null", path=at)
            parts.append(self._comparison(target, operator, value, at))
        return AnyOf(tuple(parts))

    def _list(self, raw: object, path: str) -> Sequence[object]:
        if not isinstance(raw, list | tuple):
            raise InvalidFilter("takes a list", path=path)
        if len(raw) > self.limits.values:
            raise InvalidFilter(f"a list of more than {self.limits.values} values", path=path)
        return raw

    def _value(self, target: _Target, operator: Operator, raw: object, path: str) -> FilterValue:
        if target.shape is _Shape.METADATA:
            return self._metadata_value(operator, raw, path)
        text = self._string(raw, path)
        if target.shape is _Shape.KIND and text not in set(Kind):
            raise InvalidFilter(_unknown("kind", text, list(Kind)), path=path)
        return _not_empty(text, path) if operator in _PARTS else text

    def _metadata_value(self, operator: Operator, raw: object, path: str) -> FilterValue:
        if isinstance(raw, bool) and operator not in _ORDER | {Operator.ICONTAINS}:
            return raw
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            if operator is Operator.ICONTAINS:
                raise InvalidFilter("icontains takes a string", path=path)
            return _number(raw, path)
        if not isinstance(raw, str):
            raise InvalidFilter(f"{operator} can't compare with {_named(raw)}", path=path)
        text = self._string(raw, path)
        return _not_empty(text, path) if operator in _PARTS else text

    def _string(self, raw: object, path: str) -> str:
        if not isinstance(raw, str):
            raise InvalidFilter(f"must be a string, not {_named(raw)}", path=path)
        if len(raw) > self.limits.characters:
            raise InvalidFilter(f"longer than {self.limits.characters} characters", path=path)
        if flaw := flaw_of_text(raw):
            raise InvalidFilter(flaw, path=path)
        return raw

    def _count(self, path: str) -> None:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise InvalidFilter(f"more than {self.limits.nodes} comparisons", path=path)


def _presence(target: _Target, *, wanted: bool) -> Filter:
    operator = Operator.EXISTS if wanted else Operator.EQ
    return Condition(target.field, operator, None, target.key)


def _all(parts: Iterable[Filter]) -> Filter:
    found = tuple(parts)
    return found[0] if len(found) == 1 else AllOf(found)


def _entries(raw: object, path: str) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise InvalidFilter(f"must be an object, not {_named(raw)}", path=path)
    entries: dict[str, object] = {}
    for name, value in raw.items():
        if not isinstance(name, str):
            raise InvalidFilter(f"a key must be a string, not {_named(name)}", path=path)
        entries[name] = value
    return entries


def _number(raw: float, path: str) -> int | float:
    if isinstance(raw, int) and raw not in _INTEGERS:
        raise InvalidFilter("an integer of more than 64 bits", path=path)
    if not math.isfinite(raw):
        raise InvalidFilter("must be a finite number", path=path)
    return raw


def _not_empty(text: str, path: str) -> str:
    if not text:
        raise InvalidFilter("every text contains the empty string", path=path)
    return text


def _named(raw: object) -> str:
    names = (name for kinds, name in _JSON_NAMES if isinstance(raw, kinds))
    return next(names, type(raw).__name__)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() if name[:1].islower() else name


def _metadata_path(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{name!r}]"


def _unknown(what: str, name: str, allowed: Sequence[str]) -> str:
    by_lower = {each.lower(): each for each in allowed}
    near = get_close_matches(name[:80].lower(), by_lower, n=1)
    hint = f"; did you mean '{by_lower[near[0]]}'?" if near else "."
    return f"unknown {what} {name[:80]!r}{hint} Allowed: {', '.join(allowed)}"
