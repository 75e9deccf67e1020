"""The key under which an entity's name is known, whatever its case, number or article."""

import itertools
import re
from functools import cache, lru_cache
from typing import Final

from memories.engine.text import word_lists
from memories.engine.text.languages import DEFAULT_LANGUAGE, function_words
from memories.engine.text.tokens import fold, stem
from memories.engine.text.word_lists import rows

_SHORTEST_ACRONYM: Final = 2
_LONGEST_ACRONYM: Final = 6
_ARTICLE: Final = re.compile(r"^(?:the|a|an|my|our|your|his|her|their)\s+")
# Scripts written without spaces, in which a name may stand anywhere.
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
_RUN: Final = re.compile(r"\w+")
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


def without_title(surface: str) -> str:
    """The name behind "Aunt", "Dr." or "Frau"; empty where there is no title, or nothing else."""
    title, _, name = surface.strip().partition(" ")
    is_titled = any(
        fold(title) in word_lists.words(listed) for listed in ("personal_titles", "german_titles")
    )
    return name.strip() if is_titled else ""


def full_names(surface: str) -> tuple[str, ...]:
    """Forms that a single given name may also be known under: Mel and Melanie, both ways."""
    words = name_words(surface)
    return _nicknames().get(words[0], ()) if len(words) == 1 else ()


def short_forms(name: str, *, from_behind: bool) -> frozenset[str]:
    """Forms that a name of several words is used under for short.

    The first words, or the last one, or else its capitals, as `acronym` gives them.

    Args:
        name: the whole name.
        from_behind: the last words may stand for it, as they do of people and organisations.
    """
    words = name_words(name)
    function = function_words(DEFAULT_LANGUAGE)
    parts = [words[:size] for size in range(1, len(words)) if words[size - 1] not in function]
    if from_behind:
        parts += [words[size:] for size in range(1, len(words)) if words[size] not in function]
    capitals = "".join(word[0] for word in _WORD.findall(name) if word[0].isupper())
    found = {form_of(" ".join(part)) for part in parts} | {acronym(capitals)}
    return frozenset(found - {"", form_of(name)})


def acronym(surface: str) -> str:
    """The key of a name that is written in capitals alone: "U.N." and "UN"; empty for others.

    It is in capitals, so that no form is one.
    """
    letters = surface.replace(".", "")
    fits = _SHORTEST_ACRONYM <= len(letters) <= _LONGEST_ACRONYM
    return letters if fits and letters.isalpha() and letters.isupper() else ""


def is_spaced(name: str) -> bool:
    """True unless the name holds letters of a script that is written without spaces."""
    return _UNSPACED.search(name) is None


@lru_cache(maxsize=16384)
def opening(name: str) -> str:
    """The key under which a name is looked up for a text that may hold it: see `openings`."""
    unspaced = _UNSPACED.search(name)
    if unspaced is not None:
        return unspaced[0][:2]
    return " ".join(map(_one_case, _RUN.findall(name)[:2]))


def openings(text: str) -> frozenset[str]:
    """The openings of every name that the text holds, whatever its case, and of some others.

    A name opens with its first two words, or characters where no spaces set words off: so the
    names that a text may hold are few, however many people share a first name.
    """
    words = [_one_case(word) for word in _RUN.findall(text)]
    found = {"", *words, *(f"{first} {second}" for first, second in itertools.pairwise(words))}
    # German writes an -s onto the name of whose something is.
    found |= {each[:-1] for each in found if each.endswith("s")}
    for run in _UNSPACED.findall(text):
        found.update(run)
        found.update(first + second for first, second in itertools.pairwise(run))
    return frozenset(found)


def _one_case(word: str) -> str:
    """The word as every word reads that differs from it in case alone.

    The Turkish i, with a dot or without, differs from the other one in nothing else.
    """
    if word.isascii():
        return word.lower()
    return fold(word).replace("i\u0307", "i").replace("\u0131", "i")
