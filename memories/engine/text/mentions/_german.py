"""Names and nouns of German text, which writes both with a capital."""

from collections.abc import Iterator, Sequence
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.languages import function_words
from memories.engine.text.mentions._tokens import Token, tokenize
from memories.engine.text.word_lists import word_set, words

_POSSESSIVES: Final = ("mein", "dein", "sein", "ihr", "unser", "euer")
_DETERMINERS: Final = word_set("der die das den dem des ein eine einen einem einer eines")
_NAME_SCORE: Final = 0.8
_NOUN_SCORE: Final = 0.6


def find_german(text: str, protected: Sequence[Mention], *, opens: bool) -> Iterator[Mention]:
    """Yields the mentions of a German text, in order; see `find_english` for the arguments."""
    tokens = tokenize(text, protected, contractions=frozenset(), opens=opens)
    index = 0
    while index < len(tokens):
        end = index
        while end < len(tokens) and _is_noun(tokens, end):
            end += 1
            if end < len(tokens) and _splits(tokens, index, end):
                break
        mention = tokens[index].mention or _mention_of(text, tokens, index, end)
        if mention is not None:
            yield mention
        index = max(end, index + 1)


def _is_noun(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if token.mention is not None or not token.text[0].isupper() or len(token.text) == 1:
        return False
    if token.lower in words("german_light") or token.lower in function_words("de"):
        return False
    return not token.opens or _opens_with_noun(tokens, index)


def _opens_with_noun(tokens: Sequence[Token], index: int) -> bool:
    """True if a sentence's first word is surely a name or a noun: any word has a capital there."""
    token = tokens[index]
    if any(token.lower in words(name) for name in ("given_names", "places", "german_titles")):
        return True
    return token.lower.endswith(("ung", "heit", "keit", "schaft", "tion"))


def _splits(tokens: Sequence[Token], start: int, index: int) -> bool:
    """True if the capitalised word at `index` begins a mention of its own."""
    before, token = tokens[index - 1], tokens[index]
    if before.lower in words("german_titles"):
        owner = tokens[start - 1].lower if start else ""
        return before.lower == "frau" and owner.startswith(_POSSESSIVES)
    related = before.lower in words("german_relations")
    return (
        related
        or before.lower in words("german_quantities")
        or (token.lower in words("given_names") and before.lower not in words("given_names"))
    )


def _mention_of(text: str, tokens: Sequence[Token], start: int, end: int) -> Mention | None:
    if end == start:
        return None
    phrase = tokens[start:end]
    followed = end < len(tokens) and _is_noun(tokens, end)
    if phrase[-1].lower in words("german_quantities") and followed:
        return None
    first, until = phrase[0].start, phrase[-1].end
    kind = _type_of(phrase, tokens[start - 1].lower if start else "")
    score = _NOUN_SCORE if kind is EntityType.TOPIC else _NAME_SCORE
    return Mention(text[first:until], first, until, kind, score)


def _type_of(phrase: Sequence[Token], before: str) -> EntityType:
    first = phrase[0].lower
    if first in words("places"):
        return EntityType.PLACE
    if len(phrase) > 1 and first in words("german_titles"):
        return EntityType.PERSON
    if first in words("given_names"):
        return EntityType.PERSON
    is_noun = len(phrase) == 1 or before in _DETERMINERS
    return EntityType.TOPIC if is_noun else EntityType.NAME
