"""How an add learned, as a receipt keeps it: numbers and names, and nobody's words."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypedDict

from memories.engine.domain import AddResult, ReadingUsage, TokenUsage
from memories.engine.storage.values import SqlValue, words


class Learning(TypedDict, total=False):
    """The fields of an AddResult that say how it learned."""

    extractor: str | None
    dropped: Mapping[str, int]
    usage: TokenUsage
    reading: ReadingUsage


def learning_column(result: AddResult) -> str:
    """As JSON text."""
    return json.dumps(
        {
            "extractor": result.extractor,
            "dropped": dict(result.dropped),
            "usage": asdict(result.usage),
            "reading": asdict(result.reading),
        }
    )


def learning_of(column: SqlValue) -> Learning:
    """From `learning_column`; nothing where a receipt is older than this."""
    if column is None:
        return {}
    kept = json.loads(words(column))
    # Older ones read no files.
    reading = kept.get("reading", {"tokens": {}, "heard_seconds": 0.0})
    return Learning(
        extractor=kept["extractor"],
        dropped=kept["dropped"],
        usage=TokenUsage(**kept["usage"]),
        reading=ReadingUsage(TokenUsage(**reading["tokens"]), reading["heard_seconds"]),
    )
