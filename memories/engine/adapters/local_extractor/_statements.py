"""From one message to the statements that it makes, each standing alone."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from memories.engine.adapters.local_extractor._chatter import (
    after_openers,
    is_deed,
    is_own,
    is_particular,
    is_polite,
    is_reaction,
)
from memories.engine.domain import DateExpression
from memories.engine.text.delimiters import strip_recalled
from memories.engine.text.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Statement:
    """Where a statement stands in its message.

    Attributes:
        start: offset of its first character, openers such as "Wow," left out.
        end: offset after its last character.
        before: the sentence before it in the same message; empty if none.
        is_photo: True for the caption of a shared photo; the span is the caption's.
    """

    start: int
    end: int
    before: str = ""
    is_photo: bool = False


_PHOTO: Final = re.compile(
    r"\[\s*(?:shares?|shared|sends?|sent)\s+(?:an?\s+)?(?:photo|picture|image|pic)s?\s*:?\s*"
    r"(?P<caption>[^\]\s](?:[^\]]{0,1000}[^\]\s])?)\s*\]",
    re.IGNORECASE,
)
# A question tagged on to a statement, which stands without it.
_TAG_QUESTION: Final = re.compile(
    r"(?:,|\s+-)\s+(?:did\s+you\s+know|can\s+you\s+believe(?:\s+(?:it|that))?|you\s+know|right|huh|eh|ok"
    r"|(?:is|was|did|does|has|do|have)n['’]t\s+(?:it|that|he|she|they|you)|(?:what|how)\s+about\s+you"
    r"|and\s+you|have\s+you\s+(?:ever\s+)?(?:tried|heard|been|seen|read)[^?,]*|wanna\s+\w+[^?,]*"
    r"|want\s+to\s+\w+[^?,]*)\s*\?+\W*$",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(r"[?？][\"'”’)\]\s!]*(?:[^\w\s]*)$")
_ANAPHOR: Final = re.compile(
    r"(?:it|that|this|these|those|they|he|she|then|there|one|some|which)(?:['’]\w+)?\b",
    re.IGNORECASE,
)
_COMPOUND: Final = re.compile(
    r"(?:[,;]\s+|\s+-\s+|\s+\u2013\s+)(?:(?:and|but|so|plus)\s+)?(?=I(?:['’](?:m|ve|d|ll))?\s)"
)
_SUBORDINATE: Final = re.compile(
    r"(?:when|while|if|because|since|as|after|before|although|though|once|whenever)\b",
    re.IGNORECASE,
)
_LONG_WORDS: Final = 28
_HALF_WORDS: Final = 8
_FRAGMENT_WORDS: Final = 4
_MERGED_WORDS: Final = 45
_JOIN_GAP: Final = re.compile(r"[ \t\"'”’)*_]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A message's text with what is known before it is split.

    Attributes:
        english: whether the rules for English sentences hold.
        deeds_only: for what a program says: keep only what it did or will do. The rest of its
            answers is the world's knowledge, not anybody's memory.
        dates: the times that the text names.
    """

    text: str
    english: bool
    deeds_only: bool
    dates: Sequence[DateExpression]

    def dates_in(self, start: int, end: int) -> list[DateExpression]:
        """The times named within text[start:end]."""
        first = bisect_left(self.dates, start, key=lambda date: date.start)
        here = takewhile(lambda date: date.end <= end, islice(self.dates, first, None))
        return list(here)


def statements_of(reading: Reading) -> Iterator[Statement]:
    """The statements of a message, in order; photo captions last."""
    text = reading.text
    outside = strip_recalled(text)
    photos = [photo for span in outside for photo in _PHOTO.finditer(text, *span)]
    kept: list[Statement] = []
    before = ""
    for start, end in _plain_spans(outside, photos):
        for first, last in split_sentences(text, start, end):
            statement = _statement(text, first, last, before, english=reading.english)
            if statement is not None and (not reading.deeds_only or is_deed(text[first:last])):
                _add(kept, reading, statement)
            before = text[first:last]
    yield from kept
    for photo in photos:
        yield Statement(*photo.span("caption"), is_photo=True)


def _plain_spans(
    outside: Sequence[tuple[int, int]], photos: Sequence[re.Match[str]]
) -> Iterator[tuple[int, int]]:
    """What of the spans lies outside of captions."""
    for start, end in outside:
        at = start
        for photo in photos:
            if at <= photo.start() < end:
                yield at, photo.start()
                at = min(end, photo.end())
        yield at, end


def _statement(text: str, start: int, end: int, before: str, *, english: bool) -> Statement | None:
    """The statement that a sentence makes; None of a question and of chatter."""
    if english:
        start = after_openers(text, start, end)
    if _QUESTION.search(text, start, end):
        tag = _TAG_QUESTION.search(text, start, end)
        if tag is None:
            return None
        end = tag.start()
        if english and len(text[start:end].split()) < _FRAGMENT_WORDS:
            return None
    if start >= end:
        return None
    return Statement(start, end, before)


def _add(kept: list[Statement], reading: Reading, statement: Statement) -> None:
    """Keep the statement: by itself, in its parts, or with the one before that it completes."""
    text = reading.text
    sentence = text[statement.start : statement.end]
    if not reading.english:
        if sum(map(str.isalpha, sentence)) > _FRAGMENT_WORDS:
            kept.append(statement)
        return
    if is_polite(sentence):
        return
    if kept and _completes(kept[-1], text, statement):
        kept[-1] = Statement(kept[-1].start, statement.end, kept[-1].before)
    elif reading.dates_in(statement.start, statement.end) or _is_worth_keeping(sentence):
        kept.extend(_parts(text, statement))


def _is_worth_keeping(sentence: str) -> bool:
    if is_own(sentence):
        return True
    if is_reaction(sentence) or not is_particular(sentence):
        return False
    return len(sentence.split()) >= _FRAGMENT_WORDS


def _completes(previous: Statement, text: str, statement: Statement) -> bool:
    """True of a fragment or an anaphoric sentence right after the statement that it belongs to."""
    if not _JOIN_GAP.fullmatch(text, previous.end, statement.start):
        return False
    sentence = text[statement.start : statement.end]
    words = len(sentence.split())
    total = len(text[previous.start : statement.end].split())
    if total > _MERGED_WORDS:
        return False
    if words < _FRAGMENT_WORDS and not (is_own(sentence) or is_reaction(sentence)):
        return True
    return _ANAPHOR.match(sentence) is not None


def _parts(text: str, statement: Statement) -> Iterator[Statement]:
    """The statement, cut where a long one goes on with a second "I ..." that stands alone."""
    start, end = statement.start, statement.end
    if len(text[start:end].split()) > _LONG_WORDS:
        for cut in _COMPOUND.finditer(text, start, end):
            first, second = text[start : cut.start()], text[cut.end() : end]
            if min(len(first.split()), len(second.split())) < _HALF_WORDS:
                continue
            if _SUBORDINATE.match(first) or not is_own(first):
                continue
            yield Statement(start, cut.start(), statement.before)
            start = cut.end()
            break
    yield Statement(start, end, statement.before)
