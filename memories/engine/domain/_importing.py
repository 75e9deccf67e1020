"""Conversations that are handed in many at once, and learned from through batches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memories.engine.domain._conversation import JsonObject, Scope
from memories.engine.domain._learning import Guidance, TokenUsage


class ImportStage(StrEnum):
    """How far a part of an import is.

    `KEPT`: its messages are stored and found; `ASKED`: its questions are with the provider;
    `LEARNED`: done; `CANCELLED`: kept, and not learned from.
    """

    KEPT = "kept"
    ASKED = "asked"
    LEARNED = "learned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What holds for all of an import.

    Attributes:
        id: as its caller names it.
        begun_at: when.
        extractor: name of the one that it was begun with.
        batched: its questions are asked through batches.
        seed: ids of what is stored follow from it.
        zone: the speakers' IANA time zone, if one was named.
        metadata: kept with every message and memory.
        categories: kept with every memory.
        expires_at: from then on nothing of it is shown.
        immutable: its memories can be deleted but not changed.
        guidance: what is to be learned.
    """

    id: str
    begun_at: datetime
    extractor: str
    batched: bool
    seed: str
    zone: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    expires_at: datetime | None = None
    immutable: bool = False
    guidance: Guidance = field(default_factory=Guidance)


@dataclass(frozen=True, slots=True)
class ImportQuestion:
    """One question to the model, by the ids of what it shows.

    Attributes:
        messages: that facts are asked of.
        earlier: turns before them.
        known: memories that were known when it was made.
    """

    messages: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What some parts of an import came to.

    Attributes:
        memories: that are new.
        repeats: facts that were known already, or nearly.
        dropped: claims that were not taken over, by why not.
        in_batches: tokens of answers that came in batches, at half the price.
        singly: tokens of questions that were asked one by one.
        asked_again: questions that a batch did not answer, by why not.
        notes: why less was learned than was said, with how often.
    """

    memories: int = 0
    repeats: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    in_batches: TokenUsage = field(default_factory=TokenUsage)
    singly: TokenUsage = field(default_factory=TokenUsage)
    asked_again: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.memories + other.memories,
            self.repeats + other.repeats,
            _summed(self.dropped, other.dropped),
            self.in_batches + other.in_batches,
            self.singly + other.singly,
            _summed(self.asked_again, other.asked_again),
            _summed(self.notes, other.notes),
        )


def _summed(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {why: counts.get(why, 0) + more.get(why, 0) for why in {**counts, **more}}


@dataclass(frozen=True, slots=True)
class ImportPart:
    """Some messages of one conversation, that are learned from at once.

    Attributes:
        number: its place in the import.
        scope: whose.
        questions: what is asked about them.
        predicted: about what that takes.
        stage: how far it is.
        batch: the provider's id of the batch that its questions are in.
        tally: what it came to, once it is learned from.
    """

    number: int
    scope: Scope
    questions: tuple[ImportQuestion, ...]
    predicted: TokenUsage = field(default_factory=TokenUsage)
    stage: ImportStage = ImportStage.KEPT
    batch: str | None = None
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class ImportState:
    """How an import stands.

    Attributes:
        id: as its caller names it.
        begun_at: when.
        batched: its questions are asked through batches.
        parts: how many it has: conversations, long ones in pieces.
        messages: that are asked about; those that were known before are not.
        questions: about them.
        stages: how many parts are how far.
        predicted: about the tokens of all its questions, as if the provider kept nothing.
        tally: what it came to so far.
    """

    id: str
    begun_at: datetime
    batched: bool
    parts: int
    messages: int
    questions: int
    stages: Mapping[ImportStage, int]
    predicted: TokenUsage
    tally: Tally

    @property
    def is_over(self) -> bool:
        """True once nothing is left to be asked or learned."""
        return not (self.stages[ImportStage.KEPT] or self.stages[ImportStage.ASKED])
