"""The marks around recalled memories in a prompt, so that they are not learned again."""

import re
from typing import Final

OPENING: Final = "<recalled-memories>"
CLOSING: Final = "</recalled-memories>"

_NAME: Final = "recalled-memories"
# Attributes may follow the name, and a cut-off text may lack the bracket.
_TAG: Final = re.compile(rf"<\s*(?P<closing>/)?\s*{_NAME}(?![\w-])[^<>]*>?", re.IGNORECASE)


def strip_recalled(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the text that lie outside of recalled memories, in order, none empty.

    Tags may nest. One that is never closed reaches to the end of the text; one that was never
    opened is left out by itself.
    """
    if _NAME not in text.lower():
        return ((0, len(text)),) if text else ()
    spans: list[tuple[int, int]] = []
    depth = outside = 0
    for tag in _TAG.finditer(text):
        if depth == 0 and tag.start() > outside:
            spans.append((outside, tag.start()))
        depth = max(0, depth - 1) if tag.group("closing") else depth + 1
        outside = tag.end()
    if depth == 0 and outside < len(text):
        spans.append((outside, len(text)))
    return tuple(spans)


def blank_recalled(text: str) -> str:
    """The text with recalled memories and their marks blanked out, offsets unchanged."""
    spans = strip_recalled(text)
    if spans == ((0, len(text)),):
        return text
    blanked = [" "] * len(text)
    for start, until in spans:
        blanked[start:until] = text[start:until]
    return "".join(blanked)
