"""What filters look into, made when a memory is written.

Postgres knows neither Python's case folding nor that 1e300 and the whole number of 301 digits are
the same: both are settled here, once, so that a filter means in SQL what it means in Python.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final

from memories.engine.domain import JsonValue, Scope
from memories.engine.storage.filters import TEXTS
from memories.engine.storage.values import SqlValue, words

# The texts and metadata of a memory with their case folded, under their names.
FOLDED: Final = "folded"
# The metadata with whole numbers written as such.
EXACT: Final = "exact"


def filtered(columns: Mapping[str, SqlValue]) -> str:
    """The document of a memory.

    Args:
        columns: of the memory, as `storage.rows.memory_row` gives them.
    """
    metadata: JsonValue = json.loads(words(columns["metadata"]))
    folded: dict[str, JsonValue] = {name: _folded(columns[name]) for name in sorted(TEXTS)}
    folded["categories"] = [_folded(each) for each in json.loads(words(columns["categories"]))]
    folded["metadata"] = _each(metadata, _folded)
    return as_json({FOLDED: folded, EXACT: _each(metadata, exact)})


def filtered_ids(scope: Scope) -> str:
    """The document of a scope, which only has ids to look into."""
    ids = {"user": scope.user, "agent": scope.agent, "app": scope.app, "run": scope.run}
    return as_json({FOLDED: {name: _folded(id_) for name, id_ in ids.items()}})


def exact(value: JsonValue) -> JsonValue:
    """The value; a whole number is one however it was written."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_json(value: JsonValue) -> str:
    """The value as JSON text, without NaN or infinity, which JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _folded(value: "JsonValue | bytes") -> JsonValue:
    return value.casefold() if isinstance(value, str) else None


def _each(value: JsonValue, change: Callable[[JsonValue], JsonValue]) -> JsonValue:
    """The value with everything in it changed that holds nothing else."""
    if isinstance(value, Mapping):
        return {key: _each(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value)
