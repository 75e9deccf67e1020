"""What comes of looking at memories together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from memories.engine.domain._conversation import JsonObject
from memories.engine.domain._learning import TokenUsage
from memories.engine.domain._memory import EntityMerge


class ConsolidationEvent(StrEnum):
    """What a consolidation did: conclude an observation, fold a memory, or mark one replaced."""

    ADD = "ADD"
    MERGE = "MERGE"
    SUPERSEDE = "SUPERSEDE"


@dataclass(frozen=True, slots=True)
class ConsolidationOutcome:
    """One change.

    Attributes:
        memory_id: of the memory that was folded or replaced, or of the observation; None for an
            observation of a preview.
        text: its wording.
        reason: why, in words.
        by: id of the memory that it is folded into, or that replaced it.
        derived_from: ids of the memories that an observation rests on.
    """

    event: ConsolidationEvent
    memory_id: str | None
    text: str
    reason: str
    by: str | None = None
    derived_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What a consolidation did, or would do.

    Attributes:
        outcomes: each change, in the order they were made.
        looked_at: how many memories were due and were looked at.
        is_more: others are due still.
        reason: why less was done than could be, where that is so.
        consolidator: the language model that was asked, with the version of its prompt; None
            without one.
        dropped: claims of the model that were not taken over, by why not.
        usage: tokens of the model.
        questions: how often it was asked.
        merged_entities: entities that were found to be others; none where nothing was due.
    """

    outcomes: tuple[ConsolidationOutcome, ...]
    looked_at: int
    is_more: bool
    reason: str | None = None
    consolidator: str | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: TokenUsage = field(default_factory=TokenUsage)
    questions: int = 0
    merged_entities: tuple[EntityMerge, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of somebody, laid out by a schema.

    Attributes:
        content: the object; what is not known or could not be proven is left out.
        rests_on: ids of the memories that each value rests on, by its path: names of properties
            and places in lists, with a dot between them, such as `pets.0.name`.
        dropped: values that were not taken over, by why not.
        reason: why there is nothing, where that is so.
        learned_by: the language model that was asked, with the version of its prompt.
        usage: its tokens.
    """

    content: JsonObject
    rests_on: Mapping[str, tuple[str, ...]]
    dropped: Mapping[str, int]
    reason: str | None
    learned_by: str
    usage: TokenUsage

    @property
    def memory_ids(self) -> frozenset[str]:
        """Ids of all memories that it rests on."""
        return frozenset(id_ for ids in self.rests_on.values() for id_ in ids)
