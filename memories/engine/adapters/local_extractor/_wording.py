"""Putting names where a speaker says "I" and "you"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.adapters.local_extractor._verbs import ADVERBS, is_past, with_name


@dataclass(frozen=True, slots=True)
class Edit:
    """Other words for text[start:end]; an insertion where the two are equal."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark: its offsets, and itself in lower case with straight apostrophes."""

    start: int
    end: int
    lower: str


_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|[^\w\s]")
_QUOTED: Final = re.compile(
    r"\"[^\"]{0,400}\"|“[^”]{0,400}”|«[^»]{0,400}»|(?<!\w)['‘][^'’]{3,}['’](?!\w)"
)
_CONTRACTED: Final = {"m": "is", "ve": "has", "ll": "will", "re": "is"}
_FIRST_BARE: Final = {"im": "is", "ive": "has"}
_INVERTED: Final = {"am": "is", "do": "does", "have": "has", "don't": "doesn't"}
_ASKING: Final = frozenset(
    ("am", "do", "don't", "have", "did", "didn't", "was", "can", "could", "should", "would", "will")
)
# "World War I", "Part I"
_NUMBERED: Final = frozenset(("war", "part", "chapter", "act", "phase", "type", "level", "volume"))
_PARTICIPLES: Final = frozenset(
    ("been", "gone", "done", "had", "seen", "known", "never", "better", "taken", "got", "gotten")
)
_STARTS: Final = """
    , . ; : - ( and but because so that if when how what which where while since as think know hope
    glad sure said see believe guess told remember
    mentioned heard wish
"""
# "just like you are doing": what agrees with "you" shows that it is the subject.
_FOLLOW_A_SUBJECT: Final = frozenset("are were have do aren't weren't haven't don't".split())
# "My name is Alice and I love hiking": one person.
_INTRODUCING: Final = frozenset(("is", "i'm", "am", "name's", "called", "named", "it's", "this"))
_CLAUSE_STARTS: Final = frozenset(_STARTS.split())


def words_outside_quotes(text: str, start: int, end: int) -> list[Word]:
    """The words and marks of text[start:end] that are not quoted speech."""
    quoted = [match.span() for match in _QUOTED.finditer(text, start, end)]
    return [
        Word(found.start(), found.end(), found.group().lower().replace("’", "'"))
        for found in _WORD.finditer(text, start, end)
        if not any(first <= found.start() < last for first, last in quoted)
    ]


def first_person_edits(text: str, words: Sequence[Word], name: str) -> Iterator[Edit]:
    """The speaker's name for "I", "me", "my", "mine" and "myself", with the verb agreeing."""
    named = False
    for at, word in enumerate(words):
        head, _, tail = word.lower.partition("'")
        if word.lower == "i" and not _is_numeral(text, words, at):
            yield from _subject_edits(text, words, at, name)
        elif head == "i" and tail in {"m", "ve", "ll", "d"}:
            yield Edit(word.start, word.end, f"{name} {_auxiliary(words, at, tail)}")
        elif word.lower in _FIRST_BARE:
            yield Edit(word.start, word.end, f"{name} {_FIRST_BARE[word.lower]}")
        elif word.lower in {"my", "mine"}:
            yield Edit(word.start, word.end, f"{name}'s")
        elif word.lower == "me":
            yield Edit(word.start, word.end, name)
        elif word.lower == "myself":
            yield _reflexive(words, at, name, named=named)
        else:
            continue
        named = True


def second_person_edits(text: str, words: Sequence[Word], name: str) -> Iterator[Edit]:
    """The other speaker's name for "you" and "your", with the verb agreeing."""
    for at, word in enumerate(words):
        head, _, tail = word.lower.partition("'")
        if word.lower == "you":
            before = words[at - 1].lower if at else ","
            following = words[at + 1].lower if at + 1 < len(words) else ""
            if before in _CLAUSE_STARTS or following in _FOLLOW_A_SUBJECT:
                yield from _subject_edits(text, words, at, name)
            else:
                yield Edit(word.start, word.end, name)
        elif head == "you" and tail in {"re", "ve", "ll", "d"}:
            yield Edit(word.start, word.end, f"{name} {_auxiliary(words, at, tail)}")
        elif word.lower in {"your", "yours"}:
            yield Edit(word.start, word.end, f"{name}'s")
        elif word.lower == "yourself":
            yield Edit(word.start, word.end, name)


def apply_edits(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """text[start:end] with the edits made; of two that overlap, the first is."""
    parts: list[str] = []
    at = start
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at or edit.end > end:
            continue
        parts += [text[at : edit.start], edit.words]
        at = edit.end
    parts.append(text[at:end])
    return "".join(parts)


def _is_numeral(text: str, words: Sequence[Word], at: int) -> bool:
    before = words[at - 1] if at else None
    if before is not None and before.lower in _NUMBERED and text[before.start].isupper():
        return True
    return text[words[at].end : words[at].end + 2] == ".e"


def _subject_edits(text: str, words: Sequence[Word], at: int, name: str) -> Iterator[Edit]:
    yield Edit(words[at].start, words[at].end, name)
    before = words[at - 1] if at else None
    if before is not None and before.lower in _ASKING:
        if before.lower in _INVERTED:
            asked = _INVERTED[before.lower]
            capital = text[before.start].isupper()
            yield Edit(before.start, before.end, asked.capitalize() if capital else asked)
        return
    if _is_one_of_several(text, words, at):
        return
    verb = next((word for word in words[at + 1 : at + 5] if word.lower not in ADVERBS), None)
    agreeing = with_name(verb.lower) if verb is not None else None
    if verb is not None and agreeing is not None:
        yield Edit(verb.start, verb.end, agreeing)


def _is_one_of_several(text: str, words: Sequence[Word], at: int) -> bool:
    """True of "Ana and I" and "my wife and I": the verb stays plural."""
    if at < 2 or words[at - 1].lower != "and":  # noqa: PLR2004 - the two words before
        return False
    partner = words[at - 2]
    if not partner.lower.isalpha():
        return False
    if at > 2 and words[at - 3].lower in _INTRODUCING:  # noqa: PLR2004 - the word before the partner
        return False
    capital = text[partner.start].isupper()
    opened = [word.lower for word in words[max(0, at - 5) : at - 2]]
    return capital or (len(opened) <= 2 and opened[:1] in (["my"], ["the"], ["our"]))  # noqa: PLR2004 - "my wife"


def _auxiliary(words: Sequence[Word], at: int, tail: str) -> str:
    if tail != "d":
        return _CONTRACTED[tail]
    verb = next((word.lower for word in words[at + 1 : at + 4] if word.lower not in ADVERBS), "")
    return "had" if verb in _PARTICIPLES or is_past(verb) else "would"


def _reflexive(words: Sequence[Word], at: int, name: str, *, named: bool) -> Edit:
    word = words[at]
    before = words[at - 1] if at else None
    if before is not None and before.lower == "by":
        return Edit(before.start, word.end, "alone")
    return Edit(word.start, word.end, "themselves" if named else name)
