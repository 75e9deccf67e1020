"""What an extractor is told and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memories.engine.domain._memory import Kind, LinkKind, Mention, Quote
from memories.engine.domain._time import Interval


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens that a provider of language models counts, as it bills them.

    Attributes:
        read: of the prompt, read anew.
        read_from_cache: of the prompt, kept from before.
        written_to_cache: of the prompt, read anew and kept.
        written: of the answer.
    """

    read: int = 0
    read_from_cache: int = 0
    written_to_cache: int = 0
    written: int = 0

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        return TokenUsage(
            self.read + other.read,
            self.read_from_cache + other.read_from_cache,
            self.written_to_cache + other.written_to_cache,
            self.written + other.written,
        )


@dataclass(frozen=True, slots=True)
class ReadingUsage:
    """What it took to put images, PDFs and recordings into words.

    Attributes:
        tokens: of the language model.
        heard_seconds: of recordings, as the transcriber counts them.
    """

    tokens: TokenUsage = field(default_factory=TokenUsage)
    heard_seconds: float = 0.0

    def __add__(self, other: "ReadingUsage") -> "ReadingUsage":
        return ReadingUsage(self.tokens + other.tokens, self.heard_seconds + other.heard_seconds)

    def __bool__(self) -> bool:
        return self != ReadingUsage()


@dataclass(frozen=True, slots=True)
class Guidance:
    """What is to be learned, in the words of whoever runs a project.

    Only an extractor with a language model follows it.

    Attributes:
        instructions: for all that is said.
        agent_instructions: for what agents say, in place of `instructions`; those if empty.
        includes: what to learn above all.
        excludes: what never to learn.
        categories: the names that a memory may be filed under, each with what it means.
    """

    instructions: str = ""
    agent_instructions: str = ""
    includes: str = ""
    excludes: str = ""
    categories: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """All that it says: the same for what says the same, whatever the order of categories."""
        named = [part for category in sorted(self.categories.items()) for part in category]
        return (
            self.instructions,
            self.agent_instructions,
            self.includes,
            self.excludes,
            *named,
        )

    def joined(self, other: "Guidance") -> "Guidance":
        """This one with another's words added; the other's categories, if any, replace these."""
        return Guidance(
            _added(self.instructions, other.instructions),
            _added(self.agent_instructions, other.agent_instructions),
            _added(self.includes, other.includes),
            _added(self.excludes, other.excludes),
            other.categories or self.categories,
        )


def _added(text: str, more: str) -> str:
    return "\n".join(each for each in (text, more) if each)


@dataclass(frozen=True, slots=True)
class FactLink:
    """An extractor's claim that a new fact relates to a memory that it was shown."""

    kind: LinkKind
    memory_id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What an extractor found: one statement that stands alone, with its proof.

    Attributes:
        attributed_to: the speaker whose statement it is.
        quotes: the proof; a fact whose quote is not in its message is rejected.
        said_at: the time of the message it comes from.
        mentions: entities named, offsets into `text`; None asks the pipeline to recognise them.
        importance: from 0 to 1; None where the extractor does not judge it.
        repeats: id of a memory that the extractor was shown and holds to say the same.
    """

    text: str
    attributed_to: str
    quotes: tuple[Quote, ...]
    said_at: datetime
    kind: Kind
    occurred: Interval | None = None
    mentions: tuple[Mention, ...] | None = None
    categories: tuple[str, ...] = ()
    links: tuple[FactLink, ...] = ()
    importance: float | None = None
    repeats: str | None = None


class IngestEvent(StrEnum):
    """What became of one extracted fact."""

    ADD = "ADD"
    NOOP = "NOOP"
    MERGE = "MERGE"


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of one fact: a new memory, or the id of the one it repeats, and why.

    Attributes:
        memory_id: None where a fact that was deleted is not learned again.
        text: the wording of that memory; the fact's own where there is none. An outcome that is
            answered again, as its job was done before, has no words where the memory is gone or
            never was.
    """

    event: IngestEvent
    memory_id: str | None
    text: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AddResult:
    """What an add stored.

    Attributes:
        message_ids: stored messages, new and already known, in the order given.
        repeated_messages: how many of them were known before.
        outcomes: what became of each extracted fact.
        reason: why nothing was learned, or less than was said, where that is so.
        extractor: which one learned, with its model, prompt and settings; None where none was
            asked.
        dropped: claims of the extractor that were not taken over, by why not.
        usage: tokens of its language model, if it has one.
        reading: what it took to put parts into words, besides.
    """

    message_ids: tuple[str, ...]
    repeated_messages: int
    outcomes: tuple[IngestOutcome, ...]
    reason: str | None = None
    extractor: str | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: TokenUsage = field(default_factory=TokenUsage)
    reading: ReadingUsage = field(default_factory=ReadingUsage)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an add would do, and why; nothing of it was stored.

    Attributes:
        facts: what it would learn, with the proof.
        outcomes: what would become of each fact, in the same order. Those that would be new name no
            memory.
        reason: why nothing would be learned, or less than was said, where that is so.
        extractor: as of `AddResult`.
        dropped: likewise.
        usage: likewise; what it took to find out.
        reading: likewise.
    """

    facts: tuple[Fact, ...]
    outcomes: tuple[IngestOutcome, ...]
    reason: str | None
    extractor: str | None
    dropped: Mapping[str, int]
    usage: TokenUsage
    reading: ReadingUsage = field(default_factory=ReadingUsage)
