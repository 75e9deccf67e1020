"""Numbers of statements as figures, and what they count in one spelling."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from memories.engine.text.tokens import fold
from memories.engine.text.word_lists import rows, spellings

_CURRENCIES: Final = frozenset("$€£¥")
_TEN: Final = 10
_HUNDRED: Final = 100


@cache
def _figures() -> Mapping[str, str]:
    """Figures by the words for them; "twice" counts times, and so has a unit too."""
    return {word: " ".join(figures) for word, *figures in rows("numerals")}


@cache
def _values() -> Mapping[str, int]:
    return {word: int(figure) for word, figure in _figures().items() if figure.isdigit()}


def _is_tens(word: str) -> bool:
    value = _values().get(word, 0)
    return 2 * _TEN <= value < _HUNDRED


def _is_ones(word: str) -> bool:
    return 0 < _values().get(word, 0) < _TEN


def in_figures(words: Sequence[str]) -> Iterator[str]:
    """The words with numbers as figures, each unit in one spelling and behind its figure."""
    units = spellings("units")
    sign = before = ""
    for index, word in enumerate(words):
        folded = fold(word)
        following = fold(words[index + 1]) if index + 1 < len(words) else ""
        if word in _CURRENCIES and following[:1].isdigit():
            sign = word
        elif _is_tens(before) and _is_ones(folded):
            yield str(_values()[before] + _values()[folded])
        elif _is_tens(folded) and _is_ones(following):
            pass  # told with the word that follows: "twenty-five"
        elif _figures().get(before, before)[:1].isdigit() and folded in units:
            yield units[folded]
        elif word[:1].isdigit():
            yield re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", word)
            yield from sign
            sign = ""
        else:
            yield from _figures().get(folded, word).split()
        before = folded
