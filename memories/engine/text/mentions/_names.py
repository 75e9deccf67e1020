"""Which English words are names, and what sort of name they make."""

from collections.abc import Sequence
from typing import Final

from memories.engine.domain import EntityType
from memories.engine.text.mentions._readings import Tag, read_word
from memories.engine.text.mentions._tokens import Token
from memories.engine.text.word_lists import first_words, word_set, words

_SHORTEST_LOWER_NAME: Final = 3
# Endings of nouns that open a sentence without an article, as bare names do.
_NOUN_ENDINGS: Final = ("s", "ing", "tion", "ness", "ment", "ity", "ism", "ance", "ence", "age")
_READ_OR_SEEN: Final = word_set(
    "read reading watch watched watching saw seen rewatched rewatching finished binged"
)
_WORKED_FOR: Final = word_set("at for joined")
_INSIDE: Final = word_set("in near")


def mark_names(tokens: Sequence[Token]) -> None:
    """Sets the tag of every token that its spelling or the lists show to be a name."""
    letters = [token for token in tokens if token.text[:1].isalpha() and len(token.text) > 1]
    shouted = sum(token.text.isupper() for token in letters) * 2 > len(letters) > 2  # noqa: PLR2004 - "OK"
    for index, token in enumerate(tokens):
        if token.mention is not None or (
            not token.tag and _is_name(tokens, index, shouted=shouted)
        ):
            token.tag = Tag.NAME


def _is_name(tokens: Sequence[Token], index: int, *, shouted: bool) -> bool:
    token = tokens[index]
    if not token.text[0].isalpha() or token.lower in words("time_words"):
        return False
    before = tokens[index - 1] if index else None
    if token.text.islower() or shouted:
        return _is_lower_name(token, before)
    fixed = read_word(token.lower).fixed
    if _has_inner_capital(token):
        return fixed is None and token.lower not in words("interjections")
    if token.opens:
        return _opens_with_name(tokens, index)
    after_name = before is not None and before.tag == Tag.NAME
    return fixed is None or (after_name and fixed in {Tag.ADVERB, Tag.CLASSIFYING})


def _has_inner_capital(token: Token) -> bool:
    """True for "API" and "iPhone", which are names wherever they stand."""
    inner = any(character.isupper() for character in token.text[1:])
    return inner and (token.text.isupper() or "-" not in token.text)


def _is_lower_name(token: Token, before: Token | None) -> bool:
    return (
        len(token.lower) >= _SHORTEST_LOWER_NAME
        and token.lower in words("given_names")
        and token.lower not in words("names_that_are_words")
        and token.lower not in words("classifying_adjectives")
        and not read_word(token.lower).listed
        and (before is None or read_word(before.lower).fixed is not Tag.DETERMINER)
    )


def _opens_with_name(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    reading = read_word(token.lower)
    if reading.fixed is Tag.CLASSIFYING:
        return False
    if token.lower in first_words("kin") or token.lower in words("personal_titles"):
        return token.text.endswith(".") or _is_followed_by_name_or_verb(following)
    is_listed_name = token.lower in words("given_names") or token.lower in words("places")
    if is_listed_name and reading.fixed is None:
        return not reading.listed or _is_subject(following)
    if reading.listed or token.lower in words("names_that_are_words") or following is None:
        return False
    if following.capital and read_word(following.lower).fixed is None:
        return following.lower not in words("time_words")
    return not token.lower.endswith(_NOUN_ENDINGS) and _is_subject(following)


def _is_followed_by_name_or_verb(following: Token | None) -> bool:
    return following is not None and (
        following.capital or read_word(following.lower).fixed is Tag.AUXILIARY
    )


def _is_subject(following: Token | None) -> bool:
    if following is None:
        return False
    reading = read_word(following.lower)
    verbal = reading.verb in {"s", "past"} and not reading.noun
    return verbal or reading.fixed is Tag.AUXILIARY or following.lower == "'s"


def is_person(token: Token) -> bool:
    """True if a name's word is a person's: a given name, a title before one, or kin."""
    if token.mention is not None:
        return token.mention.type is EntityType.PERSON
    lower = token.lower
    return any(lower in words(name) for name in ("given_names", "personal_titles", "kin"))


def name_type(name: Sequence[Token], before: Token | None) -> EntityType:
    """Returns the sort of thing that a name's words and the word before them suggest."""
    first, last = name[0], name[-1]
    whole = " ".join(token.lower for token in name)
    for listed, kind in (
        ("organization_words", EntityType.ORGANIZATION),
        ("place_words", EntityType.PLACE),
    ):
        if len(name) > 1 and (last.lower in words(listed) or first.lower in words(listed)):
            return kind
    if whole in words("places"):
        return EntityType.PLACE
    if is_person(first):
        return EntityType.PERSON
    return _type_from_word_before("" if before is None else before.lower)


def _type_from_word_before(word: str) -> EntityType:
    if word in _READ_OR_SEEN:
        return EntityType.TITLE
    if word in _WORKED_FOR:
        return EntityType.ORGANIZATION
    return EntityType.PLACE if word in _INSIDE else EntityType.NAME
