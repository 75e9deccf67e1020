"""Names that are known beforehand: speakers and aliases."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from memories.engine.domain import EntityType, Mention
from memories.engine.text.forms import is_spaced, opening, openings


def find_known(text: str, names: Collection[str]) -> Iterator[Mention]:
    """Yields whole-word occurrences of known names, the longest where several begin alike.

    Case counts for single letters only.
    """
    for match in _pattern(_likely(text, names)).finditer(text):
        if len(match[0]) > 1 or match[0] in names:
            yield Mention(match[0], match.start(), match.end(), EntityType.PERSON)


def find_genitives(text: str, names: Collection[str]) -> Iterator[Mention]:
    """Yields known names that a German text writes an -s onto, without it: "Wiebkes" is Wiebke."""
    likely = _likely(text, names)
    for match in _pattern(frozenset(f"{name}s" for name in likely)).finditer(text):
        if match[0][0].isupper():
            end = match.end() - 1
            yield Mention(text[match.start() : end], match.start(), end, EntityType.PERSON)


def _likely(text: str, names: Collection[str]) -> frozenset[str]:
    """The names that may be in the text: a pattern takes far longer to compile than to run."""
    held = openings(text) if names else frozenset()
    return frozenset(name for name in names if opening(name) in held)


@lru_cache(maxsize=1024)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted((name for name in names if name.strip()), key=len, reverse=True)
    # Scripts without spaces have no word boundary to ask for.
    parts = (
        rf"(?<!\w){re.escape(name)}(?!\w)" if is_spaced(name) else re.escape(name)
        for name in longest_first
    )
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)
