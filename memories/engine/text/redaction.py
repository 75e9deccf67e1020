"""Taking words out of a text without moving the others."""

from collections.abc import Iterable
from typing import Final

# Stands for each character taken out, so that the offsets of the quotes that stay remain right.
REDACTED: Final = "█"


def redact(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each character of the spans, [start, until), replaced by a block."""
    for start, until in spans:
        text = text[:start] + REDACTED * (until - start) + text[until:]
    return text
