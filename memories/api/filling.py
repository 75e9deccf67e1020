"""Lays out what is known by a JSON Schema, without a language model.

Each property is asked for like a question, by its name and description. Texts are answered word for
word, the best one for a string and the ten best for an array; what would have to be worked out of
them, such as a number, stays null.
"""

from collections.abc import Mapping
from typing import Final

from memories import RELEVANT, Memory
from memories.engine.domain import JsonObject, JsonValue

_MOST_PROPERTIES: Final = 50
_MOST_DEPTH: Final = 4
_MOST_TEXTS: Final = 10
_LONGEST_QUESTION: Final = 500


def laid_out(
    schema: Mapping[str, object], memory: Memory, filters: Mapping[str, object], *, depth: int = 0
) -> JsonObject:
    """An object of the schema's properties.

    Args:
        schema: a JSON Schema; one of another form, such as `{"name": "description"}`, is read as
            its properties.
        memory: the project's.
        filters: whose memories, and which.
        depth: of this object in the whole.
    """
    properties = schema.get("properties", schema)
    if not isinstance(properties, Mapping):
        return {}
    return {
        str(name): _value(str(name), wanted, memory, filters, depth)
        for name, wanted in list(properties.items())[:_MOST_PROPERTIES]
    }


def _value(
    name: str, wanted: object, memory: Memory, filters: Mapping[str, object], depth: int
) -> JsonValue:
    described = wanted if isinstance(wanted, Mapping) else {"description": wanted}
    if isinstance(described.get("properties"), Mapping):
        nested = depth < _MOST_DEPTH
        return laid_out(described, memory, filters, depth=depth + 1) if nested else None
    kind = described.get("type", "string")
    if kind not in ("string", "array"):
        return None
    words = f"{name.replace('_', ' ')}: {described.get('description') or ''}"
    found = memory.search(
        words[:_LONGEST_QUESTION],
        filters=filters,
        top_k=_MOST_TEXTS,
        threshold=RELEVANT,
        include_messages=False,
        latest_only=True,
    )
    texts = [hit.text for hit in found]
    if kind == "array":
        return list(texts)
    return texts[0] if texts else None
