"""Names, and nouns after prepositions and possessives, of Russian text."""

# ruff: noqa: RUF001 - the Cyrillic letters are meant

import re
from collections.abc import Iterator, Sequence
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.mentions._spelling import find_capitalised
from memories.engine.text.mentions._tokens import Token, tokenize
from memories.engine.text.word_lists import word_set, words

_SCORE: Final = 0.6
_POSSESSIVE: Final = re.compile(
    r"(?:мо|тво|сво)(?:й|я|ё|е|и|ю|его|ей|ему|им|ём|их|ими)|наш\w{0,3}|ваш\w{0,3}"
)
_PREPOSITIONS: Final = word_set("в во на из для без после под над около возле к ко от о об у из-за")
_MODIFIER: Final = re.compile(
    rf"{_POSSESSIVE.pattern}|.{{2,}}(?:ый|ий|ая|яя|ое|ее|ую|юю|ого|его|ому|ему|ые|ие|ых|их|ым|им|ыми|ими)"
)
_NOUN: Final = re.compile(r"[а-яё-]{3,}")
_TITLES: Final = word_set("тётя дядя тетя бабушка дедушка доктор господин госпожа")


def find_russian(text: str, protected: Sequence[Mention], *, opens: bool) -> Iterator[Mention]:
    """Yields the mentions of a Russian text; see `find_english` for the arguments."""
    tokens = tokenize(text, protected, contractions=frozenset(), opens=opens)
    yield from find_capitalised(text, tokens, common=words("russian_light"), titles=_TITLES)
    for index in range(len(tokens) - 1):
        noun = _noun_after(tokens, index)
        if noun is not None:
            yield Mention(noun.text, noun.start, noun.end, EntityType.TOPIC, _SCORE)


def _noun_after(tokens: Sequence[Token], index: int) -> Token | None:
    word = tokens[index].lower
    if word not in _PREPOSITIONS and _POSSESSIVE.fullmatch(word) is None:
        return None
    for token in tokens[index + 1 : index + 3]:
        if token.mention or token.lower in words("russian_light"):
            return None
        if _NOUN.fullmatch(token.text) is None:
            return None
        if _MODIFIER.fullmatch(token.lower) is None:
            return token
    return None
