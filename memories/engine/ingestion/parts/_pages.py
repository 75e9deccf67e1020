"""Writing down a PDF, some pages at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from memories.engine.ingestion.parts._asking import AnswerCut, Asking, Unreadable
from memories.engine.ingestion.parts._prompts import (
    PAGES_INSTRUCTIONS,
    PAGES_SCHEMA,
    pages_prompt,
)
from memories.engine.ingestion.parts._words import FileWords, Words
from memories.engine.ports.language_model import Attachment, ModelRequest
from memories.engine.text.model_answers import object_in, plain

# Some five thousand words, for which an answer has room.
_PAGES_AT_ONCE: Final = 5
_MOST_TOKENS: Final = 8192
_LONGEST_PAGE: Final = 50_000
_LEAD: Final = "[shares a PDF]"
_MISSING: Final = "the language model left it out"


@dataclass(frozen=True, slots=True)
class _Answer:
    """Some pages, by number, and how many there are in all."""

    in_all: int
    pages: Mapping[int, str]


@dataclass(slots=True)
class _Reading:
    """What is read so far."""

    pdf: Attachment
    asking: Asking
    most_pages: int
    # Known from the first answer on.
    in_all: int | None = None
    pages: dict[int, str] = field(default_factory=dict)
    # Why a page could not be read.
    flaws: dict[int, str] = field(default_factory=dict)

    def read(self, first: int, last: int) -> None:
        """Pages from first to last; halves of them, where an answer has no room for all."""
        if first > last:
            return
        try:
            answer = self._ask(first, last)
        except AnswerCut as cut:
            if first == last:
                self.flaws[first] = cut.why
                return
            middle = (first + last) // 2
            self.read(first, middle)
            self.read(middle + 1, self.end(last))
            return
        except Unreadable as error:
            self.flaws.update(dict.fromkeys(range(first, last + 1), error.why))
            return
        if self.in_all is None:
            self._count(answer.in_all)
        for number in range(first, self.end(last) + 1):
            if number in answer.pages:
                self.pages[number] = answer.pages[number]
            else:
                self.flaws[number] = _MISSING

    def _ask(self, first: int, last: int) -> _Answer:
        request = ModelRequest(
            PAGES_INSTRUCTIONS,
            pages_prompt(first, last),
            PAGES_SCHEMA,
            most_tokens=_MOST_TOKENS,
            attachments=(self.pdf,),
            shown_again=True,
        )
        return self.asking.look(request, _read)

    def _count(self, in_all: int) -> None:
        if in_all > self.most_pages:
            raise Unreadable(f"at most {self.most_pages} pages, got {in_all}")
        self.in_all = in_all

    def end(self, last: int) -> int:
        """The page, or the last one if there are not so many."""
        return last if self.in_all is None else min(last, self.in_all)


def read_pdf(pdf: Attachment, asking: Asking, *, most_pages: int) -> FileWords:
    """Its pages, with what could not be read of it.

    Raises:
        Unreadable: none of it could, or it is too long.
        LanguageModelBusy: later may help.
    """
    reading = _Reading(pdf, asking, most_pages)
    first = 1
    while first <= (reading.in_all or 1):
        reading.read(first, reading.end(first + _PAGES_AT_ONCE - 1))
        if reading.in_all is None:
            # Not even how long it is: no other question would tell more.
            raise Unreadable(reading.flaws[first])
        first += _PAGES_AT_ONCE
    pages = sorted(reading.pages.items())
    if not pages:
        raise Unreadable(reading.flaws[1])
    words = tuple(Words(text, page=number) for number, text in pages if text)
    return FileWords(_LEAD, words, asking.looked_at_by, tuple(_notes(reading.flaws)))


def _notes(flaws: Mapping[int, str]) -> Iterator[str]:
    by_why: dict[str, list[int]] = {}
    for number, why in sorted(flaws.items()):
        by_why.setdefault(why, []).append(number)
    for why, numbers in by_why.items():
        pages = ", ".join(map(str, numbers))
        yield f"page{'s' * (len(numbers) > 1)} {pages} could not be read: {why}"


def _read(answer: str) -> _Answer | None:
    found: Mapping[str, object] = object_in(answer) or {}
    in_all, listed = found.get("pages_in_all"), found.get("pages")
    if not _is_number(in_all) or not isinstance(listed, list):
        return None
    pages: dict[int, str] = {}
    for each in listed:
        number = each.get("number") if isinstance(each, dict) else None
        words = each.get("words") if isinstance(each, dict) else None
        if _is_number(number) and isinstance(words, str) and len(words) <= _LONGEST_PAGE:
            pages.setdefault(number, plain(words))
    return _Answer(in_all, pages)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
