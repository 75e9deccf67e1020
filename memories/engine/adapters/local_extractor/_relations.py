"""Who people are to each other, and the pronouns for them."""

from collections.abc import Mapping
from functools import cache

from memories.engine.text.word_lists import rows


@cache
def pronouns_by_relation() -> Mapping[str, frozenset[str]]:
    """The pronouns ("she", "he", "they") that may stand for one's mother, friend or children."""
    return {word: frozenset(pronouns) for word, *pronouns in (*rows("kin"), *rows("relations"))}


def any_relation() -> str:
    """A pattern of all the words for relations, the longest first."""
    return "|".join(sorted(pronouns_by_relation(), key=len, reverse=True))
