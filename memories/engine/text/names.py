"""Leaving the speakers' names out of a text.

In a conversation of two every turn is by or about one of them. Their names tell a meaning vector
nothing, yet make every text that holds them alike: whom a question is about is for the entity
signal to judge.
"""

import re
from collections.abc import Collection
from typing import Final

from memories.engine.text.languages import DEFAULT_LANGUAGE, function_words

_WORD: Final = re.compile(r"\w+")
_POSSESSIVE: Final = re.compile(r"['’]s?\b")
# Longest name, in words.
_LONGEST: Final = 4
_SPACE_BEFORE: Final = re.compile(r"\s+([,.?!;:])")
_SPACES: Final = re.compile(r"[^\S\n]{2,}")


def without_names(text: str, names: Collection[str]) -> str:
    """The text without the names as they are written; itself, where nothing else is in it.

    Args:
        text: any text.
        names: of those who speak, each of at most four words.
    """
    words = list(_WORD.finditer(text))
    kept: list[str] = []
    end, place = 0, 0
    while place < len(words):
        size = _name_at(text, words, place, names)
        if size:
            kept.append(text[end : words[place].start()])
            end = words[place + size - 1].end()
            if possessive := _POSSESSIVE.match(text, end):
                end = possessive.end()
        place += size or 1
    if not kept:
        return text
    left = _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", "".join([*kept, text[end:]]))).strip(" ,:")
    return left if _WORD.search(left) else text


def _name_at(text: str, words: list[re.Match[str]], place: int, names: Collection[str]) -> int:
    """How many words the longest name that begins with this word has; 0 if none does."""
    for size in range(min(_LONGEST, len(words) - place), 0, -1):
        if text[words[place].start() : words[place + size - 1].end()] in names:
            return size
    return 0


def names_whole(text: str, words: str) -> bool:
    """True if the text holds the words, in any case, and not as part of a longer name.

    "The wedding is on Friday" names the wedding, "the wedding dress" does not.
    """
    after = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)(?P<next>\s+\w+)?", re.IGNORECASE)
    common = function_words(DEFAULT_LANGUAGE)
    return any(
        found["next"] is None or found["next"].strip().casefold() in common
        for found in after.finditer(text)
    )
