"""Lays out what is known by a JSON Schema, without a language model.

Each property is asked for like a question, by its name and description. Texts are answered word for
word, the best one for a string and the ten best for an array; what would have to be worked out of
them, such as a number, stays null.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from memories import RELEVANT, Memory
from memories.engine.domain import JsonObject, JsonValue

# Of a whole schema, however it is nested; each costs a search.
_MOST_PROPERTIES: Final = 50
_MOST_DEPTH: Final = 4
_MOST_TEXTS: Final = 10
_LONGEST_QUESTION: Final = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of somebody, and which of it was laid out.

    Attributes:
        memory: the project's.
        filters: whose memories, and which.
        ids: of the memories whose texts were laid out so far.
        asked: names of the properties that were searched for so far.
    """

    memory: Memory
    filters: Mapping[str, object]
    ids: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


def laid_out(schema: Mapping[str, object], shown: Shown, *, depth: int = 0) -> JsonObject:
    """An object of the schema's properties.

    Args:
        schema: a JSON Schema; one of another form, such as `{"name": "description"}`, is read as
            its properties.
        shown: of whom.
        depth: of this object in the whole.
    """
    properties = schema.get("properties", schema)
    if not isinstance(properties, Mapping):
        return {}
    return {
        str(name): _value(str(name), wanted, shown, depth) for name, wanted in properties.items()
    }


def _value(name: str, wanted: object, shown: Shown, depth: int) -> JsonValue:
    described = wanted if isinstance(wanted, Mapping) else {"description": wanted}
    if isinstance(described.get("properties"), Mapping):
        nested = depth < _MOST_DEPTH
        return laid_out(described, shown, depth=depth + 1) if nested else None
    kind = described.get("type", "string")
    if kind not in ("string", "array") or len(shown.asked) >= _MOST_PROPERTIES:
        return None
    shown.asked.append(name)
    words = f"{name.replace('_', ' ')}: {described.get('description') or ''}"
    found = shown.memory.search(
        words[:_LONGEST_QUESTION],
        filters=shown.filters,
        top_k=_MOST_TEXTS,
        threshold=RELEVANT,
        include_messages=False,
        latest_only=True,
    )
    # What is not learned yet is no answer to keep.
    learned = [hit for hit in found if hit.pending is None]
    hits = learned if kind == "array" else learned[:1]
    shown.ids.update(hit.id for hit in hits)
    if kind == "array":
        return [hit.text for hit in hits]
    return hits[0].text if hits else None
