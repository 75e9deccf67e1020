"""Putting a request into words: all that differs, as data that can't leave its place."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Final

from memories.engine.domain import MemoryRecord, Message
from memories.engine.ports.extractor import ExtractionRequest
from memories.engine.text.delimiters import strip_recalled
from memories.engine.text.prompts import as_data, in_sections, wishes_of

# How much of an earlier turn, from its end, and of a known memory helps to understand.
_EARLIER_CHARACTERS: Final = 300
_KNOWN_CHARACTERS: Final = 300


def prompt_of(request: ExtractionRequest) -> str:
    """The request in sections; those without anything in them are left out."""
    sections = {
        "project": wishes_of(request.guidance),
        "known": _memories(request.known_memories, request.zone),
        "entities": (f"{as_data(each.name)} {each.type}" for each in request.known_entities),
        "earlier": (
            turn_line(message, said_in(message)[-_EARLIER_CHARACTERS:], request.zone)
            for message in request.earlier
        ),
        "conversation": (
            f"{number} {turn_line(message, said_in(message), request.zone)}"
            for number, message in enumerate(request.messages, start=1)
        ),
    }
    return in_sections(sections)


def _memories(memories: Iterable[MemoryRecord], zone: tzinfo | None) -> Iterator[str]:
    for number, memory in enumerate(memories, start=1):
        day = f"{_local(memory.said_at, zone):%Y-%m-%d}"
        words = as_data(memory.text[:_KNOWN_CHARACTERS])
        yield f"{number} {as_data(memory.attributed_to)} {day}: {words}"


def said_in(message: Message) -> str:
    """Without what an agent was reminded of, which is not said anew."""
    text = message.text
    return " ".join(text[start:until] for start, until in strip_recalled(text))


def turn_line(message: Message, said: str, zone: tzinfo | None) -> str:
    """Who says so much of a message, in which role and when."""
    at = f"{_local(message.said_at, zone):%a %Y-%m-%d %H:%M}"
    return f"{message.role} {as_data(message.speaker)} {at}: {as_data(said)}"


def _local(instant: datetime, zone: tzinfo | None) -> datetime:
    return instant if zone is None else instant.astimezone(zone)
