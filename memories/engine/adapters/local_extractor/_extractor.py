"""The extractor that needs no model."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from memories.engine.adapters.local_extractor._chatter import is_own
from memories.engine.adapters.local_extractor._elision import elided_subject
from memories.engine.adapters.local_extractor._kinds import kind_of
from memories.engine.adapters.local_extractor._pronouns import resolved_opening
from memories.engine.adapters.local_extractor._statements import (
    Reading,
    Statement,
    statements_of,
)
from memories.engine.adapters.local_extractor._wording import (
    Edit,
    apply_edits,
    first_person_edits,
    second_person_edits,
    words_outside_quotes,
)
from memories.engine.domain import DateExpression, Fact, Message, Quote, Role
from memories.engine.ports.extractor import Extracted, ExtractionRequest, Wants
from memories.engine.text.dates import find_dates, name_interval
from memories.engine.text.languages import detect_language

_UNGUIDED: Final = "learned without a language model, so that no instructions were followed"
_SPEAKING: Final = frozenset((Role.USER, Role.ASSISTANT))
# Dates that need no explanation: they name their year, or are as exact as they will get.
_FULL: Final = re.compile(r"\d{4}|\d0['’]?s\b|\bnineties\b|\beighties\b|\d/\d+/\d")
_VOCATIVE_REACH: Final = 3  # letters that a nickname shares with the name
_ABOUT_YOU: Final = re.compile(
    r"you(?:['’](?:re|ve|d))?\b|(?:I|I['’]ve)\s+(?:\w+\s+)?(?:told|met|saw|gave|sent|taught|recommended"
    r"|suggested|helped|made|bought|showed)\s+you\b",
    re.IGNORECASE,
)
# "You" that means anyone.
_ANYONE: Final = re.compile(
    r"\b(?:when|if|where|whenever|as|make|makes|made|gives?|gets?|helps?|lets?)\s+you\b"
    r"|\byou\s+(?:can|know|never|get|feel|have\s+to|need|could|should|gotta)\b|\byou['’]ll\b",
    re.IGNORECASE,
)
_PHOTO_OF: Final = re.compile(
    r"(?:an?\s+)?(?:photo(?:graph|graphy)?|picture|image|close[\s-]?up)\s+of\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Company:
    """Who speaks, and who with: `other` only where they are two."""

    speaker: str
    other: str | None
    names: frozenset[str]


class LocalExtractor:
    """Splits turns into statements that stand alone, by rules.

    It puts names in place of "I" and "you", resolves relative dates, and leaves out greetings,
    questions and reactions. Of a nameless assistant it keeps only what that did or will do. What
    it cannot be sure of it leaves in the speaker's own words. Texts in other languages than English
    are split and dated, and keep their words.
    """

    name: Final = "local-1"
    wants: Final = Wants()

    def extract(self, request: ExtractionRequest) -> Extracted:
        """The facts that the messages state; never raises."""
        speakers = frozenset(
            message.speaker
            for message in (*request.earlier, *request.messages)
            if message.role in _SPEAKING
        )
        facts: list[Fact] = []
        for message in request.messages:
            if message.role in _SPEAKING:
                others = speakers - {message.speaker}
                other = next(iter(others)) if len(others) == 1 else None
                company = _Company(message.speaker, other, speakers)
                facts.extend(_facts_of(message, company, request.zone))
        return Extracted(tuple(facts), self.name, note=_UNGUIDED if request.guidance else None)


def _facts_of(message: Message, company: _Company, zone: tzinfo | None) -> Iterator[Fact]:
    text = message.text
    language = detect_language(text)
    english = language == "en" or (language is None and text.isascii())
    dates = find_dates(text, said_at=message.said_at, zone=zone)
    program = message.role is Role.ASSISTANT and message.name is None
    reading = Reading(text, english=english, deeds_only=english and program, dates=dates)
    for statement in statements_of(reading):
        here = reading.dates_in(statement.start, statement.end)
        if statement.is_photo:
            words = _photo_shared(company.speaker, text[statement.start : statement.end])
        else:
            words = _reworded(text, statement, here, company, zone, english=english)
        occurred = min(
            (date.interval for date in here),
            key=lambda interval: interval.until - interval.start,
            default=None,
        )
        yield Fact(
            text=words,
            attributed_to=message.speaker,
            quotes=(_quote(message, statement),),
            said_at=message.said_at,
            kind=kind_of(words, occurred, message.said_at),
            occurred=occurred,
        )


def _photo_shared(speaker: str, caption: str) -> str:
    shown = _PHOTO_OF.match(caption)
    if shown is None:
        return f"{speaker} shared a photo: {caption}"
    return f"{speaker} shared a photo of {caption[shown.end() :]}"


def _quote(message: Message, statement: Statement) -> Quote:
    words = message.text[statement.start : statement.end]
    return Quote(message.id, statement.start, statement.end, words)


def _reworded(
    text: str,
    statement: Statement,
    dates: Sequence[DateExpression],
    company: _Company,
    zone: tzinfo | None,
    *,
    english: bool,
) -> str:
    start, end = statement.start, statement.end
    edits = [
        Edit(date.end, date.end, f" ({name_interval(date.interval, zone=zone)})")
        for date in dates
        if not _FULL.search(date.surface)
    ]
    if english:
        edits += _english_edits(text, statement, company)
    words = " ".join(apply_edits(text, start, end, edits).split())
    words = words[:1].upper() + words[1:]
    return words if company.speaker in words else f"{company.speaker}: {words}"


def _english_edits(text: str, statement: Statement, company: _Company) -> Iterator[Edit]:
    start, end = statement.start, statement.end
    sentence = text[start:end]
    opening = resolved_opening(
        sentence, statement.before, speaker=company.speaker, others=company.names
    )
    if opening is not None:
        yield Edit(start, start + opening[0], opening[1])
    else:
        elided = elided_subject(text, start)
        if elided is not None:
            yield Edit(start, elided[0], f"{company.speaker} {elided[1]}")
    words = words_outside_quotes(text, start, end)
    yield from first_person_edits(text, words, company.speaker)
    if company.other is not None:
        yield from _vocative_edits(text, start, end, company.other)
        about_both = is_own(sentence) and not _ANYONE.search(sentence)
        if about_both or _ABOUT_YOU.match(sentence):
            yield from second_person_edits(text, words, company.other)


def _vocative_edits(text: str, start: int, end: int, other: str) -> Iterator[Edit]:
    """Leave out the name of who is spoken to: ", Ana!" is not about Ana."""
    stem = re.escape(other[:_VOCATIVE_REACH])
    for called in re.finditer(rf",\s+(?P<name>{stem}\w*)(?=\s*[.!?,]|$)", text[start:end]):
        if other.startswith(called.group("name")):
            yield Edit(start + called.start(), start + called.end(), "")
