"""The schema of a profile, read into what a value can be held against."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from memories.engine.domain import JsonObject, JsonValue
from memories.engine.errors import InvalidInput
from memories.engine.text.model_answers import Unfit, statement_of

NO_PLACE: Final = "it is at no place of the schema"
WRONG_TYPE: Final = "it is not of the type that the schema asks for"

_MOST_BYTES: Final = 32_768
_MOST_DEPTH: Final = 6
_LONGEST_TEXT: Final = 1000
_MOST_IN_A_LIST: Final = 50
# Every whole number up to it is one in any reader of JSON.
_LARGEST: Final = 2**53
_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at one place of a profile.

    Attributes:
        type: `object`, `array`, `string`, `number`, `integer` or `boolean`.
        properties: of an object.
        items: of an array.
        choices: the only values that may stand there; any if empty.
    """

    type: str
    properties: "Mapping[str, Shape]" = field(default_factory=dict)
    items: "Shape | None" = None
    choices: tuple[JsonValue, ...] = ()

    def at(self, path: Sequence[object]) -> "Shape":
        """The shape at a path of names of properties and places in lists.

        Raises:
            Unfit: the schema has no such place.
        """
        shape: Shape | None = self
        for step in path:
            if shape is None:
                break
            if isinstance(step, str):
                shape = shape.properties.get(step)
            elif isinstance(step, int) and step in range(_MOST_IN_A_LIST):
                shape = None if isinstance(step, bool) else shape.items
            else:
                shape = None
        if shape is None or shape.type not in _SCALARS:
            raise Unfit(NO_PLACE)
        return shape

    def value_of(self, value: object) -> JsonValue:
        """The value as it may be kept.

        Raises:
            Unfit: it is of another type, or none of the choices.
        """
        kept = self._typed(value)
        if self.choices and kept not in self.choices:
            raise Unfit(WRONG_TYPE)
        return kept

    def _typed(self, value: object) -> JsonValue:
        if self.type == "string":
            return statement_of(value, longest=_LONGEST_TEXT)
        if self.type == "boolean" and isinstance(value, bool):
            return value
        number = None if isinstance(value, bool) else value
        if isinstance(number, int | float) and abs(number) <= _LARGEST:
            if self.type == "number":
                return number
            if self.type == "integer" and number == int(number):
                return int(number)
        raise Unfit(WRONG_TYPE)


def shape_of(schema: JsonObject) -> Shape:
    """What a JSON Schema of an object asks for; names with what they mean are read as properties.

    Types, properties, items and enum are understood, and other keywords left aside.

    Raises:
        InvalidInput: it has no properties, or is too large, too deep or of unknown types.
    """
    try:
        size = len(json.dumps(schema).encode())
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"schema: not JSON: {error}") from None
    if size > _MOST_BYTES:
        raise InvalidInput(f"schema: at most {_MOST_BYTES} bytes as JSON, got {size}")
    properties = schema.get("properties", schema)
    if not isinstance(properties, Mapping) or not properties:
        raise InvalidInput("schema: expected an object with properties")
    return Shape("object", _properties(properties, "schema", depth=1))


def _properties(properties: Mapping[str, object], path: str, *, depth: int) -> dict[str, Shape]:
    if depth > _MOST_DEPTH:
        raise InvalidInput(f"{path}: at most {_MOST_DEPTH} levels deep")
    return {
        str(name): _shape(wanted, f"{path}.{name}", depth=depth + 1)
        for name, wanted in properties.items()
    }


def _shape(wanted: object, path: str, *, depth: int) -> Shape:
    described = wanted if isinstance(wanted, Mapping) else {}
    properties, items = described.get("properties"), described.get("items")
    usual = "object" if isinstance(properties, Mapping) else "string"
    type_ = _type(described.get("type", usual), path)
    if type_ == "object":
        named = properties if isinstance(properties, Mapping) else {}
        return Shape("object", _properties(named, path, depth=depth))
    if type_ == "array":
        if depth > _MOST_DEPTH:
            raise InvalidInput(f"{path}: at most {_MOST_DEPTH} levels deep")
        return Shape("array", items=_shape(items, f"{path}[]", depth=depth + 1))
    choices = described.get("enum")
    return Shape(type_, choices=tuple(choices) if isinstance(choices, list) else ())


def _type(type_: object, path: str) -> str:
    """The one type that a value has, where it is known."""
    named = [each for each in type_ if each != "null"] if isinstance(type_, list) else [type_]
    known = {*_SCALARS, "object", "array"}
    if len(named) != 1 or not isinstance(named[0], str) or named[0] not in known:
        raise InvalidInput(f"{path}: type: expected one of {', '.join(sorted(known))}")
    return named[0]
