"""Names that are known beforehand: speakers and aliases."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from memories.engine.domain import EntityType, Mention


def find_known(text: str, names: Collection[str]) -> Iterator[Mention]:
    """Yields whole-word occurrences of known names, the longest where several begin alike.

    Case counts for single letters only.
    """
    if not names:
        return
    for match in _pattern(frozenset(names)).finditer(text):
        if len(match[0]) > 1 or match[0] in names:
            yield Mention(match[0], match.start(), match.end(), EntityType.PERSON)


@lru_cache(maxsize=256)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted((name for name in names if name.strip()), key=len, reverse=True)
    # Scripts without spaces have no word boundary to ask for.
    parts = (
        rf"(?<!\w){re.escape(name)}(?!\w)" if _is_spaced(name) else re.escape(name)
        for name in longest_first
    )
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def _is_spaced(name: str) -> bool:
    return not re.search("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]", name)
