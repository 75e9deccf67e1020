"""Taking a statement apart: its words, the adjuncts that may stand elsewhere, its tense."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Final

from memories.engine.text.dates import MONTHS
from memories.engine.text.statements._dates import CALENDAR
from memories.engine.text.tokens import fold
from memories.engine.text.word_lists import spellings, word_set, words

# Forms of "be" and past auxiliaries: "is paid", "was paid" and "paid" are three statements.
_MARKS: Final = {
    "am": "is", "are": "is", "is": "is", "was": "was", "were": "was", "be": "be", "been": "been",
    "being": "being", "had": "had", "did": "did", "s": "is",
}  # fmt: skip
# Words before which "has" owns and does not only help: "has a cold" is not "is cold".
_OWNED: Final = word_set(
    "a an the no some any many much few several his her their its my our your another"
)
_DAYS: Final = word_set("monday tuesday wednesday thursday friday saturday sunday christmas easter")
_PERIODS: Final = word_set(
    """morning afternoon evening night weekend spring summer autumn winter week month year noon
    midnight"""
)
_RELATIVE: Final = word_set("yesterday today tomorrow tonight")
_WHICH: Final = word_set("last next this every each")
_WHERE: Final = word_set("in on at")
_NEGATIONS: Final = word_set("not never no")
# What opens an adjunct, a part of the sentence that may stand at its front or its end.
OPENERS: Final = word_set(
    """in on at with for from to since until till near after before during because when while if
    although without despite"""
)
_PLACED: Final = _WHERE | word_set("from to with for since until till near")
_DETERMINERS: Final = word_set("the a an his her their its my our your")


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a statement that stay together.

    Attributes:
        words: in one spelling.
        adjunct: says when, where or with whom, so it may stand elsewhere.
    """

    words: tuple[str, ...]
    adjunct: bool = False


def parts_of(words: Sequence[str], marks: list[str]) -> Iterator[Part]:
    """The statement's words and adjuncts; auxiliaries go to the marks.

    What is left out stands as a part without words: it keeps its neighbours apart.
    """
    index = 0
    while index < len(words):
        until = _adjunct_end(words, index)
        if until > index:
            yield Part(tuple(_told(words[index:until])), adjunct=True)
            index = until
            continue
        word = fold(words[index])
        following = fold(words[index + 1]) if index + 1 < len(words) else ""
        owning = following in _OWNED or following[:1].isdigit()
        if word in {"has", "have", "had"} and owning:
            yield Part(("had" if word == "had" else "has",))
        elif word in _MARKS:
            marks.append(_MARKS[word])
            yield Part(())
        elif _adds_nothing(word, fold(words[index - 1]) if index else ""):
            yield Part(())
        else:
            yield Part((_spelled(words[index]),))
        index += 1


def _adds_nothing(word: str, before: str) -> bool:
    """True of a word that no question asks for; "not very tall" is not "not tall" though."""
    stress = word in words("stress_words") and before not in _NEGATIONS
    return stress or word in words("empty_words")


def _told(adjunct: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(adjunct):
        if fold(word) not in (_DETERMINERS | _WHERE if place == 0 else _DETERMINERS):
            yield _spelled(word)


def _adjunct_end(words: Sequence[str], start: int) -> int:
    """Where the adjunct of place, time or company ends that starts here; `start` if none does."""
    first = fold(words[start])
    if first in _RELATIVE:
        return start + 1
    if first in _WHICH:
        return start + 2 if start + 1 < len(words) and _is_time(words[start + 1]) else start
    if first not in _PLACED:
        return start
    inner = start + 1
    while inner < len(words) and fold(words[inner]) in _DETERMINERS:
        inner += 1
    until = inner
    while until < len(words) and _is_time(words[until]):
        until += 1
    if until == inner:
        until = _names_end(words, inner, opening=start == 0)
    if until == inner and first == "at" and inner < len(words) and words[inner][0].isdigit():
        until += 1
    return until if until > inner else start


def _names_end(words: Sequence[str], start: int, *, opening: bool) -> int:
    """Where the names end that start here.

    "In Rome Ben sang": the last of the names that open a sentence is who it is about.
    """
    until = start
    while until < len(words) and words[until][0].isupper() and not _is_time(words[until]):
        until += 1
    followed = until < len(words) and words[until] != ","
    return until - 1 if opening and followed and until > start + 1 else until


def _is_time(word: str) -> bool:
    folded = fold(word)
    named = folded in _DAYS or folded in _PERIODS or folded in _RELATIVE or folded in _WHICH
    return named or (folded in MONTHS and word != "may") or bool(CALENDAR.fullmatch(word))


def _spelled(word: str) -> str:
    folded = fold(word)
    return folded if word == "May" else spellings("synonyms").get(folded, folded)


def arranged(parts: Iterator[Part]) -> Iterator[Part]:
    """Adjuncts in one order where they stand side by side, those that open the sentence last.

    "In 1988 in Odesa Vera was born" and "Vera was born in Odesa in 1988" come out the same.
    """
    every = list(parts)
    leading = list(takewhile(lambda part: part.adjunct, every))
    for adjunct, group in groupby(every[len(leading) :] + leading, key=lambda part: part.adjunct):
        run = list(group)
        yield from sorted(run, key=lambda part: part.words) if adjunct else run
