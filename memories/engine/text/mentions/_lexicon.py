"""The word lists beside this package, loaded on first use."""

from functools import cache
from importlib.resources import files


@cache
def words(name: str) -> frozenset[str]:
    """Returns the lower-case entries of one list, `lexicon/<name>.txt`."""
    listed = (files("memories.engine.text") / "lexicon" / f"{name}.txt").read_text("utf-8")
    return frozenset(line for line in listed.splitlines() if line and not line.startswith("#"))


def word_set(listed: str) -> frozenset[str]:
    """Returns the words of a list written as prose."""
    return frozenset(listed.split())


@cache
def irregular_forms() -> frozenset[str]:
    """Returns the irregular past forms of verbs."""
    return frozenset(line.split()[0] for line in words("irregular_verbs"))
