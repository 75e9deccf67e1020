"""The word lists of the folder `lexicon`, one entry a line, loaded on first use."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def _lines(name: str) -> tuple[str, ...]:
    listed = (files("memories.engine.text") / "lexicon" / f"{name}.txt").read_text("utf-8")
    return tuple(line for line in listed.splitlines() if line and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """Returns the lower-case entries of one list, `lexicon/<name>.txt`."""
    return frozenset(_lines(name))


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Returns the entries of a list whose lines hold several words each, in order."""
    return tuple(tuple(line.split()) for line in _lines(name))


@cache
def patterns(name: str) -> tuple[tuple[str, ...], ...]:
    """Returns the entries of a list whose lines hold several fields, set off by " ; ".

    A first field in braces is an abbreviation that the fields after it may hold.
    """
    short: dict[str, str] = {}
    entries: list[tuple[str, ...]] = []
    for line in _lines(name):
        first, *others = (field.strip() for field in line.split(";"))
        for abbreviation, meaning in short.items():
            others = [field.replace(abbreviation, meaning) for field in others]
        if first.startswith("{"):
            (short[first],) = others
        else:
            entries.append((first, *others))
    return tuple(entries)


@cache
def first_words(name: str) -> frozenset[str]:
    """Returns the first word of each line: the word that the rest of the line describes."""
    return frozenset(row[0] for row in rows(name))


@cache
def spellings(name: str) -> Mapping[str, str]:
    """Returns for each word of a list the first of its line, which stands for all of them."""
    return {word: row[0] for row in rows(name) for word in row}


def word_set(listed: str) -> frozenset[str]:
    """Returns the words of a list written as prose."""
    return frozenset(listed.split())
