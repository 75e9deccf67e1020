"""The recogniser: what reads alike in every language first, then each language's own rules."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from memories.engine.domain import Mention
from memories.engine.text.languages import DEFAULT_LANGUAGE, detect_language, function_words
from memories.engine.text.mentions._chinese import find_chinese
from memories.engine.text.mentions._english import find_english
from memories.engine.text.mentions._german import find_german
from memories.engine.text.mentions._identifiers import find_identifiers
from memories.engine.text.mentions._japanese import find_japanese
from memories.engine.text.mentions._known import find_genitives, find_known
from memories.engine.text.mentions._quotes import find_quoted
from memories.engine.text.mentions._romance import find_romance
from memories.engine.text.mentions._russian import find_russian
from memories.engine.text.word_lists import word_set

# Words of short questions and statements that no English text holds.
_GERMAN: Final = word_set(
    """wann wer wem wen wessen wohin woher wohnt warum wieso weshalb heißt heisst welche welcher
    welches welchem welchen seit unser unsere jeder jede jedes jetzt gerade steht liegt kommt geht
    gibt soll sollen wieder beim hatte wurde wurden immer noch schon doch"""
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_TELLING_LETTERS: Final = {"de": "äöüß", "es": "ñ¿¡", "pt": "ãõ", "fr": "èêàùçœ", "ru": "аеиос"}


def find_mentions(
    text: str, *, known_names: Collection[str] = (), sentence_starts_known: bool = True
) -> tuple[Mention, ...]:
    """Returns the mentions of a text, in order and without overlap.

    English gives names, identifiers and noun topics; other languages fewer, but sure ones.

    Args:
        text: any text; its language is found from its script and function words.
        known_names: names that exist already, such as speakers and aliases: matched as whole
            words whatever their case; single letters only as written.
        sentence_starts_known: False if the text may begin in the middle of a sentence, so that a
            capital on its first word marks a name.
    """
    language = _language_of(text)
    known = [*find_identifiers(text), *find_quoted(text), *find_known(text, known_names)]
    if language == "de":
        known += find_genitives(text, known_names)
    protected = _without_overlap(known, length=len(text))
    found = _find_words(text, protected, language, opens=sentence_starts_known)
    return tuple(_without_overlap([*protected, *found], length=len(text)))


def _find_words(
    text: str, protected: Sequence[Mention], language: str, *, opens: bool
) -> Iterable[Mention]:
    if language == "en":
        return find_english(text, protected, opens=opens)
    if language == "de":
        return find_german(text, protected, opens=opens)
    if language == "ru":
        return find_russian(text, protected, opens=opens)
    if language == "ja":
        return find_japanese(text)
    if language in {"zh", "ko", "th"}:  # whose Latin names no space sets off
        return find_chinese(text)
    return find_romance(text, protected, language=language, opens=opens)


def _language_of(text: str) -> str:
    """Returns the text's language; where the evidence is thin, what one letter or word suggests."""
    language = detect_language(text)
    if language is not None:
        return language
    folded = text.casefold()
    spoken = set(_WORD.findall(text.lower()))
    if (telling := spoken & _GERMAN) and len(telling | spoken & function_words("de")) > len(
        spoken & function_words(DEFAULT_LANGUAGE)
    ):
        return "de"
    if not text.isascii() and not function_words(DEFAULT_LANGUAGE) & set(folded.split()):
        for hint, letters in _TELLING_LETTERS.items():
            if any(letter in folded for letter in letters):
                return hint
    return DEFAULT_LANGUAGE


def _without_overlap(mentions: Iterable[Mention], *, length: int) -> list[Mention]:
    """Returns mentions in order without overlap: of two that do, the longer.

    Args:
        mentions: what several rules found.
        length: of the text.
    """
    taken = bytearray(length)
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda each: (each.start - each.end, each.start)):
        if taken.find(1, mention.start, mention.end) < 0:
            taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
            kept.append(mention)
    return sorted(kept, key=lambda each: each.start)
