"""The engine's analyser: text to index terms.

Both indexes store these terms and split on white space alone, so that every index ranks the same
words (docs/decisions/0004).
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from memories.engine.text.languages import DEFAULT_LANGUAGE, detect_language, function_words

# A letter or digit with the marks that belong to it: the vowels of Hindi and Arabic are marks.
_MARKS: Final = "".join(
    chr(code)
    for code in (*range(0x0300, 0x0370), *range(0x0483, 0x0E00))
    if unicodedata.category(chr(code)).startswith("M")
)
LETTER: Final = rf"[^\W_][{_MARKS}]*"
if TYPE_CHECKING:
    import Stemmer

# Scripts written without spaces, and Hangul, whose particles cling to words: indexed as bigrams.
_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff"
)
_PIECE: Final = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<word>(?:(?![{_UNSPACED}]){LETTER})+(?:['’](?:(?![{_UNSPACED}]){LETTER})+)*)"
)
# Codes, addresses and versions are found whole as well as by their parts.
# Nothing is given back once read: a long run without a sign would be read over and over.
_CODE: Final = re.compile(
    rf"(?<![^\W_])(?:{LETTER})++(?:[-._@/:#+&]++(?:{LETTER})++)++|[^\W\d_]\+\+|[^\W\d_]#"
)
# Articles and the like that French and Italian write onto the next word: l'eau, dell'acqua.
_ELISION: Final = re.compile(
    r"^(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu|(?:a|da|de|ne|su|que)ll|un)['’](?=\w\w)"
)
_ELIDING: Final = frozenset({"fr", "it"})
_IDEOGRAPH: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_STEMMERS: Final = {
    "ar": "arabic",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "hi": "hindi",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
}


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer":
    import Stemmer  # noqa: PLC0415 - part of the `local` extra, which importing must not need

    return Stemmer.Stemmer(_STEMMERS[language])


def _unaccented(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize(
        "NFC", "".join(c for c in decomposed if not unicodedata.combining(c) or c > "\u036f")
    )


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """The index term of one case-folded word."""
    if language in _ELIDING:
        word = _ELISION.sub("", word)
    base = re.sub(r"['’]s?$|['’]", "", word) or word
    if language in _STEMMERS and not any(c.isdigit() for c in base):
        base = _stemmer(language).stemWord(base)
    return _unaccented(base)


def _terms_of_run(run: str, *, singles: bool) -> Iterator[str]:
    if len(run) == 1:
        yield run
    elif singles:
        # A single ideograph is a word that people ask for by itself.
        yield from (character for character in run if _IDEOGRAPH.match(character))
    for left, right in itertools.pairwise(run):
        yield left + right


def _words(folded: str, *, singles: bool = False) -> Iterator[tuple[str, bool]]:
    """Words with a mark that says whether they are index terms already."""
    for piece in _PIECE.finditer(folded):
        if run := piece["unspaced"]:
            for term in _terms_of_run(run, singles=singles):
                yield term, True
        else:
            yield piece["word"], False
    for code in _CODE.finditer(folded):
        yield code[0], True


def fold(text: str) -> str:
    """The text with compatibility forms and case made one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def analyse(text: str, *, language: str | None = None) -> tuple[str, ...]:
    """Index terms of a text, in order, repeats kept.

    Args:
        text: any text.
        language: ISO 639-1 code; found from the text if None, English where that fails.
    """
    language = language or detect_language(text) or DEFAULT_LANGUAGE
    return tuple(
        word if ready else stem(word, language)
        for word, ready in _words(fold(text), singles=True)
        if word
    )


def says_something(text: str) -> bool:
    """True unless the text holds function words alone, of its language or else of English."""
    common = function_words(detect_language(text) or DEFAULT_LANGUAGE)
    return any(ready or word not in common for word, ready in _words(fold(text)))


def analyse_query(text: str, *, languages: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """What to look up for a query: for each word the terms that it may be indexed under.

    Function words are left out, unless nothing else is there.

    Args:
        text: the query.
        languages: languages that the index holds: a word is looked up as each would index it.
    """
    found = detect_language(text)
    candidates = [found] if found else sorted(languages | {DEFAULT_LANGUAGE})
    if found and DEFAULT_LANGUAGE in languages and found != DEFAULT_LANGUAGE:
        candidates.append(DEFAULT_LANGUAGE)
    words = list(dict.fromkeys(_words(fold(text))))
    common = frozenset[str]().union(*(function_words(language) for language in candidates[:1]))
    telling = [(word, ready) for word, ready in words if ready or word not in common]
    return tuple(
        (word,) if ready else tuple(dict.fromkeys(stem(word, each) for each in candidates))
        for word, ready in telling or words
    )
