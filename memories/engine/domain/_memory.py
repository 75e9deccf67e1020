"""What is extracted, linked and kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memories.engine.domain._conversation import JsonObject, Message, Scope
from memories.engine.domain._parts import Origin
from memories.engine.domain._time import Interval


class Kind(StrEnum):
    """What sort of statement a memory is.

    A `PROCEDURE` is none: it sums up a run, and is made by `summarize_run` alone.
    """

    EVENT = "event"
    STATE = "state"
    PLAN = "plan"
    PREFERENCE = "preference"
    RELATIONSHIP = "relationship"
    ABSENCE = "absence"
    PROCEDURE = "procedure"


class EntityType(StrEnum):
    """What sort of thing a mention names."""

    PERSON = "person"
    PLACE = "place"
    ORGANIZATION = "organization"
    TITLE = "title"
    IDENTIFIER = "identifier"
    TOPIC = "topic"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Mention:
    """Words in a text that name an entity.

    Attributes:
        surface: the words, equal to `text[start:end]`.
        score: how sure the recogniser is, above 0 up to 1.
    """

    surface: str
    start: int
    end: int
    type: EntityType
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Entity:
    """Someone or something that memories are about.

    Attributes:
        name: the fullest form seen.
        aliases: every other form, in order of first use.
    """

    id: str
    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """A stored entity.

    Attributes:
        mentions: by how many memories and messages: rare ones tell more.
        is_embedded: it has a vector.
    """

    entity: Entity
    mentions: int
    is_embedded: bool


@dataclass(frozen=True, slots=True)
class EntityMerge:
    """An entity that was found to be another one, and can be taken out again.

    Attributes:
        entity: what was merged, by the name it had.
        into_id: the entity that has its mentions now.
        score: how sure it is, above 0 up to 1; 1 where somebody said so.
        reason: why, in words.
        at: when it was merged.
    """

    entity: Entity
    into_id: str
    score: float
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Company:
    """Where an entity is mentioned, and what else is there.

    Attributes:
        owner_ids: of memories and messages that mention it, those that were stored last first.
        said_from: when the first of them was said.
        said_until: when the last was.
        beside: by the id of another entity, how many of them mention it too.
    """

    owner_ids: tuple[str, ...]
    said_from: datetime
    said_until: datetime
    beside: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """The exact words in a message that a fact rests on: `message.text[start:end] == text`."""

    message_id: str
    start: int
    end: int
    text: str


class LinkKind(StrEnum):
    """How one memory relates to another."""

    SUPERSEDES = "supersedes"
    MERGED_INTO = "merged_into"
    SUPPORTS = "supports"
    DERIVED_FROM = "derived_from"


@dataclass(frozen=True, slots=True)
class Link:
    """A stored relation from one memory to another."""

    kind: LinkKind
    from_id: str
    to_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A message that a memory rests on, with the exact words quoted.

    Attributes:
        origins: where the words stand in files that the message was made of, such as on which page;
            told by `Memory.sources` alone.
    """

    message: Message
    quote: str
    start: int
    end: int
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One extracted fact as it is kept.

    Attributes:
        said_at: when it was said (may be backdated).
        recorded_at: when it was stored.
        updated_at: when its newest version was stored.
        occurred: when what it tells of happens, if it says.
        version: 1 for the first wording, one more for each edit.
        reinforcements: how often the same fact was said again.
        superseded_by: id of the newer memory that replaced it, if any.
        merged_into: id of the memory it nearly repeats, if any.
        importance: from 0 to 1, as the extractor judged it; None where it did not.
        learned_by: which extractor found it, with its model, prompt and settings; None where the
            memory was stored before this was noted.
        derived_from: of an observation, ids of the memories that it rests on; empty for what was
            learned from messages.
    """

    id: str
    scope: Scope
    text: str
    attributed_to: str
    kind: Kind
    said_at: datetime
    recorded_at: datetime
    updated_at: datetime
    fingerprint: str
    occurred: Interval | None = None
    categories: tuple[str, ...] = ()
    metadata: JsonObject = field(default_factory=dict)
    expires_at: datetime | None = None
    immutable: bool = False
    version: int = 1
    reinforcements: int = 0
    superseded_by: str | None = None
    merged_into: str | None = None
    importance: float | None = None
    learned_by: str | None = None
    derived_from: tuple[str, ...] = ()


class HistoryEvent(StrEnum):
    """What happened to a memory."""

    ADD = "ADD"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    SUPERSEDE = "SUPERSEDE"
    MERGE = "MERGE"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One row of a memory's history; texts are None once the memory is deleted."""

    memory_id: str
    event: HistoryEvent
    at: datetime
    old_text: str | None
    new_text: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One wording that a memory has had, with when it was said and stored."""

    number: int
    text: str
    said_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some memories, in the order they were stored; iterates as they do.

    Attributes:
        cursor: hand it in to get the next page; None at the end.
    """

    memories: tuple[MemoryRecord, ...]
    cursor: str | None

    def __iter__(self) -> Iterator[MemoryRecord]:
        return iter(self.memories)

    def __len__(self) -> int:
        return len(self.memories)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a memory stands among all in the order of when they were said.

    Attributes:
        number: of the memory, as it was stored: it parts those said at the same moment.
    """

    said_at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some memories in the order of when they were said, with how many there are in all.

    Iterates as its memories do; `len` counts those that it holds.

    Attributes:
        total: how many memories fit, on this shelf and before and after it.
        last: where the last of them stands; None if there are none.
        cursor: names that place to `browse`; None where no memories follow.
    """

    memories: tuple[MemoryRecord, ...]
    total: int
    last: Place | None = None
    cursor: str | None = None

    def __iter__(self) -> Iterator[MemoryRecord]:
        return iter(self.memories)

    def __len__(self) -> int:
        return len(self.memories)


class ParticipantKind(StrEnum):
    """Which id of a scope names somebody."""

    USER = "user"
    AGENT = "agent"
    APP = "app"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Participant:
    """A user, agent, app or run that messages or memories belong to.

    Attributes:
        name: the id by which scopes name it.
        memories: how many belong to it, without those that were folded into another.
        first_at: when the first of its messages and memories was recorded.
        last_at: when the last of them was.
    """

    kind: ParticipantKind
    name: str
    memories: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What a deletion took away.

    Attributes:
        memories: deleted, those folded into them and observations that rested on them included.
        messages: deleted with every word.
        redacted_messages: messages that stay, without the deleted memories' words.
        entities: deleted, as nothing mentions them any more.
        without_vectors: redacted messages found by their words alone until `reindex()`, as the
            embedding model could not be asked.
        originals: files whose bytes were removed, as the deleted memories' words stand in them.
    """

    memories: int
    messages: int = 0
    redacted_messages: int = 0
    entities: int = 0
    without_vectors: int = 0
    originals: int = 0


@dataclass(frozen=True, slots=True)
class Stats:
    """How much a project or scope holds.

    Attributes:
        bytes_on_disk: of the whole file with its log.
        model: the embedding model that the file is indexed with.
        languages: ISO 639-1 codes of the texts' languages, as far as recognised.
        originals: files that parts of messages were, those whose bytes were removed left out.
    """

    messages: int
    memories: int
    merged: int
    superseded: int
    entities: int
    mentions: int
    passages: int
    embedded: int
    bytes_on_disk: int
    model: str
    languages: tuple[str, ...]
    originals: int = 0


@dataclass(frozen=True, slots=True)
class TransferReceipt:
    """How many rows of each kind an export wrote or an import took in.

    Attributes:
        known: rows of an import that were here already and stayed as they are.
    """

    messages: int
    memories: int
    entities: int
    mentions: int
    links: int
    history: int
    known: int = 0
    originals: int = 0
