"""Learning facts from what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from memories.engine.domain import Entity, Fact, MemoryRecord, Message


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """New messages, with what helps to understand them.

    Attributes:
        messages: what to learn from, in the order it was said.
        earlier: a few turns before, for context only.
        known_memories: memories near to the messages; empty unless the extractor wants some.
        known_entities: entities near to the messages; empty unless the extractor wants memories.
        zone: the speakers' time zone; None where only each message's own offset is known.
    """

    messages: tuple[Message, ...]
    earlier: tuple[Message, ...] = ()
    known_memories: tuple[MemoryRecord, ...] = ()
    known_entities: tuple[Entity, ...] = ()
    zone: tzinfo | None = None


class Extractor(Protocol):
    """Finds the facts that messages state, each standing alone and quoting its source."""

    @property
    def name(self) -> str:
        """Which extractor it is, in which version; recorded on the memories it finds."""
        ...

    @property
    def known_memories_wanted(self) -> int:
        """How many known memories to show it; 0 for none, and no entities either."""
        ...

    def extract(self, request: ExtractionRequest) -> Sequence[Fact]:
        """The facts that `request.messages` state, in the order they are stated."""
        ...


@dataclass(slots=True)
class ScriptedExtractor:
    """A fake: gives the facts it was handed for a message's text, and keeps what it was asked."""

    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    known_memories_wanted: int = 0
    name: str = "scripted"
    requests: list[ExtractionRequest] = field(default_factory=list)

    def extract(self, request: ExtractionRequest) -> Sequence[Fact]:
        """The scripted facts of each message, in order."""
        self.requests.append(request)
        return [fact for message in request.messages for fact in self.facts.get(message.text, ())]
