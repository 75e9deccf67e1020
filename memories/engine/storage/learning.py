"""How an add learned, as a receipt keeps it: numbers and names, and nobody's words."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypedDict

from memories.engine.domain import AddResult, TokenUsage
from memories.engine.storage.values import SqlValue, words


class Learning(TypedDict, total=False):
    """The fields of an AddResult that say how it learned."""

    extractor: str | None
    dropped: Mapping[str, int]
    usage: TokenUsage


def learning_column(result: AddResult) -> str:
    """As JSON text."""
    return json.dumps(
        {
            "extractor": result.extractor,
            "dropped": dict(result.dropped),
            "usage": asdict(result.usage),
        }
    )


def learning_of(column: SqlValue) -> Learning:
    """From `learning_column`; nothing where a receipt is older than this."""
    if column is None:
        return {}
    kept = json.loads(words(column))
    return Learning(
        extractor=kept["extractor"], dropped=kept["dropped"], usage=TokenUsage(**kept["usage"])
    )
