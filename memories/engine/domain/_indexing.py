"""What an index apart from the truth holds of it."""

from dataclasses import dataclass
from datetime import datetime

from memories.engine.domain._conversation import Message, Scope
from memories.engine.domain._memory import Entity, MemoryRecord, Source
from memories.engine.domain._search import Passage
from memories.engine.domain._vectors import Vector


@dataclass(frozen=True, slots=True)
class IndexedRow:
    """A memory or a message with all that a search asks of it.

    Attributes:
        told: the memory or message itself; a memory in its newest wording.
        scope: whose it is.
        number: ascends as rows of one project are stored, memories and messages each for
            themselves.
        expires_at: when it is no longer shown.
        learned: ids of the messages that a memory was learned from, or of the memories that were
            learned from a message.
        mentions: id of each entity that it mentions, with how surely, from 0 to 1.
        passages: all of its passages, those of older wordings too.
        sources: of a memory, in the order they were said.
        merged_said_at: when the memory was said that this one is folded into; None if it is not.
        superseded_at: when the memory was said that replaced this one; None if none did.
        merged_found_at: when it was folded; None if it is not.
        superseded_found_at: when it was marked as replaced; None if it is not.
    """

    told: MemoryRecord | Message
    scope: Scope
    number: int
    expires_at: datetime | None
    learned: tuple[str, ...]
    mentions: tuple[tuple[str, float], ...]
    passages: tuple[Passage, ...]
    sources: tuple[Source, ...] = ()
    merged_said_at: datetime | None = None
    superseded_at: datetime | None = None
    merged_found_at: datetime | None = None
    superseded_found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IndexedEntity:
    """An entity with all that a search asks of it.

    Attributes:
        home: whose it is.
        forms: every form that it is known under, or called for short.
        mentions: by how many memories and messages.
        vector: None where it has none.
        number: ascends as entities of one project are stored.
    """

    entity: Entity
    home: Scope
    forms: tuple[str, ...]
    mentions: int
    vector: "Vector | None"
    number: int
