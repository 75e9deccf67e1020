"""The parts of a question that asks several things."""

import re
from collections.abc import Collection
from typing import Final

from memories.engine.text.names import without_names

_ASKING: Final = r"(?:what|where|when|who|whom|whose|which|why|how)"
_VERB: Final = (
    r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)|['’](?:s|re|d)"
)
_JOINT: Final = re.compile(
    rf"\s*[,;]?\s+(?:and|but)\s+(?:also\s+)?(?=(?:{_ASKING}|(?:is|are|was|were|did|does|do|has|will)\s)\b)"
    rf"|(?<=\?)\s+(?=\w)",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(rf"\W*(?:.*\b)?{_ASKING}\b.*\b(?:{_VERB})(?!\w)", re.IGNORECASE)
_MOST: Final = 4
# Fewer words ask nothing that could be found apart: "and why?"
_LEAST_WORDS: Final = 3


def parts_of(query: str, names: Collection[str]) -> tuple[str, ...]:
    """What the question asks, each thing by itself; nothing where it is one.

    A later part that names nobody is about whom the first one names: "Where does Ana live and when
    did she move?" gives "Where does Ana live" and "Ana: when did she move?".

    Args:
        query: the question.
        names: of those who speak.
    """
    parts = [part.strip() for part in _JOINT.split(query)]
    first, *later = parts
    whole = all(len(part.split()) >= _LEAST_WORDS for part in parts)
    if not later or len(parts) > _MOST or not whole or not _QUESTION.match(first):
        return ()
    named = [name for name in sorted(names) if without_names(first, (name,)) != first]
    if not named:
        return tuple(parts)
    about = " and ".join(named)
    return (
        first,
        *(part if without_names(part, names) != part else f"{about}: {part}" for part in later),
    )
