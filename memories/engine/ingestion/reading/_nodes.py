"""Typed access to untyped values that remembers where in the document each one stands."""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from memories.engine.domain import JsonObject, JsonValue
from memories.engine.text.storable import flaw_of_text

Path: TypeAlias = tuple[str | int, ...]

_LONGEST_QUOTE = 40
_SHOWN_BELOW = 10**18
_DEEPEST_METADATA = 32


class FormError(Exception):
    """A value is not of the form that its place asks for.

    Attributes:
        path: keys and indexes that lead to the value.
        reason: what was expected and what was found.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def describe(value: object) -> str:
    """Returns a value in a few words for an error message."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_QUOTE else value[:_LONGEST_QUOTE] + "…")
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"the number {value}" if abs(value) < _SHOWN_BELOW else "a very large number"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, Sequence) else f"a {type(value).__name__}"


def render_path(root: str, path: Path) -> str:
    """Returns a path as people write it: `messages[3].role`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return (root + "".join(steps)).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the path that leads to it. Every method raises `FormError` at that path."""

    value: object
    path: Path = ()

    def mismatch(self, expected: str) -> FormError:
        """Returns the error to raise where this value is not what was expected."""
        return FormError(self.path, f"expected {expected}, got {describe(self.value)}")

    def is_object(self) -> bool:
        """True for an object."""
        return isinstance(self.value, Mapping)

    def has(self, key: str) -> bool:
        """True for an object with this key whose value is not null."""
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def key_names(self) -> tuple[str, ...]:
        """Returns an object's keys; all must be strings."""
        if not isinstance(self.value, Mapping):
            raise self.mismatch("an object")
        names: list[str] = []
        for key in self.value:
            if not isinstance(key, str):
                raise FormError(self.path, f"expected string keys, got {describe(key)}")
            names.append(key)
        return tuple(names)

    def refuse_unknown_keys(self, known: Collection[str]) -> None:
        """Raises at the first key that is not among the known ones."""
        for key in self.key_names():
            if key not in known:
                raise FormError(
                    (*self.path, key),
                    f"unknown key {describe(key)}; known are {', '.join(known)}",
                )

    def find(self, key: str) -> "Node | None":
        """Returns an object's value, or None if it is absent or null."""
        if not isinstance(self.value, Mapping):
            raise self.mismatch("an object")
        value: object = self.value.get(key)
        return None if value is None else Node(value, (*self.path, key))

    def get(self, key: str, expected: str) -> "Node":
        """Returns an object's value; `expected` says in the error what should be there."""
        found = self.find(key)
        if found is not None:
            return found
        if isinstance(self.value, Mapping) and key in self.value:
            raise FormError((*self.path, key), f"expected {expected}, got null")
        raise FormError(self.path, f"{key} is missing; expected {expected}")

    def items(self, expected: str = "a list") -> Iterator["Node"]:
        """Yields a list's values."""
        if isinstance(self.value, str | bytes) or not isinstance(self.value, Sequence):
            raise self.mismatch(expected)
        for index, value in enumerate(self.value):
            yield Node(value, (*self.path, index))

    def text(self, expected: str = "a string") -> str:
        """Returns a string that can be stored: without NUL and lone surrogates."""
        if not isinstance(self.value, str):
            raise self.mismatch(expected)
        if flaw := flaw_of_text(self.value):
            raise FormError(self.path, flaw)
        return str(self.value)

    def filled_text(self, expected: str = "a string that is not empty") -> str:
        """Returns a storable string with something in it besides white space."""
        text = self.text(expected)
        if not text.strip():
            raise self.mismatch(expected)
        return text

    def json_object(self) -> JsonObject:
        """Returns an object that holds nothing but storable JSON values."""
        return {key: self.get_json(key) for key in self.key_names()}

    def get_json(self, key: str) -> JsonValue:
        """Returns an object's value where it is JSON that can be stored, null included."""
        Node(key, self.path).text()
        found = self.find(key)
        return None if found is None else found.json()

    def json(self) -> JsonValue:
        """Returns a value that is JSON through and through."""
        if len(self.path) > _DEEPEST_METADATA:
            raise FormError(self.path, f"nested deeper than {_DEEPEST_METADATA} levels")
        value = self.value
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            if not math.isfinite(value):
                raise FormError(self.path, "expected a finite number")
            return value
        if isinstance(value, str):
            return self.text()
        if isinstance(value, Mapping):
            return self.json_object()
        return [item.json() for item in self.items("a JSON value")]
