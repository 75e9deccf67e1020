"""The key under which an entity's name is known, whatever its case, number or article."""

import re
from functools import cache, lru_cache
from typing import Final

from memories.engine.text.languages import DEFAULT_LANGUAGE
from memories.engine.text.tokens import fold, stem
from memories.engine.text.word_lists import rows

_ARTICLE: Final = re.compile(r"^(?:the|a|an|my|our|your|his|her|their)\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’.&@/+][^\W_]+)*[+#]*")


def name_words(surface: str) -> tuple[str, ...]:
    """The words of a name, case-folded, without an article or a possessive ending."""
    folded = _ARTICLE.sub("", fold(surface).strip())
    return tuple(re.sub(r"['’]s?$", "", word) for word in _WORD.findall(folded))


@lru_cache(maxsize=16384)
def form_of(surface: str) -> str:
    """The key of a surface form: "The support groups" and "support group" share one.

    Only the last word is reduced to its stem, as it alone carries the plural.
    """
    words = name_words(surface)
    if not words:
        return fold(surface).strip()
    return " ".join((*words[:-1], stem(words[-1], DEFAULT_LANGUAGE)))


@cache
def _nicknames() -> dict[str, tuple[str, ...]]:
    """Short form to the forms of the names that it is short for, and back."""
    table: dict[str, tuple[str, ...]] = {}
    for short, *full in rows("nicknames"):
        for name in full:
            table[short] = (*table.get(short, ()), form_of(name))
            table[name] = (*table.get(name, ()), form_of(short))
    return table


def full_names(surface: str) -> tuple[str, ...]:
    """Forms that a single given name may also be known under: Mel and Melanie, both ways."""
    words = name_words(surface)
    return _nicknames().get(words[0], ()) if len(words) == 1 else ()
