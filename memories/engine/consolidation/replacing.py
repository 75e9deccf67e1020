"""Marking what a later statement made untrue, where a model says so and nothing is against it."""

from typing import Final

from memories.engine.consolidation.gathering import NO_LONGER, as_shown
from memories.engine.consolidation.reading import Replaced
from memories.engine.domain import (
    ConsolidationEvent,
    ConsolidationOutcome,
    Kind,
    Link,
    LinkKind,
    MemoryRecord,
    Scope,
)
from memories.engine.ingestion.observations import drop_observations
from memories.engine.ingestion.tools import IngestTools

UNCHANGEABLE: Final = "it would replace an immutable memory"
OTHERS_WORD: Final = "it would replace what somebody else said"
STAYS_TRUE: Final = "it would replace what happened, which stays true"
BACKWARDS: Final = "it would replace what was not said before it"

# What can stop being so. An event or an absence may be what ends it; neither is ended itself.
_PASSING: Final = frozenset({Kind.STATE, Kind.PREFERENCE, Kind.RELATIONSHIP, Kind.PLAN})


def replace_claimed(
    claim: Replaced, *, found_by: str, scope: Scope, tools: IngestTools
) -> ConsolidationOutcome | str:
    """Mark the older memory as replaced; needs the transaction.

    Returns:
        What was done; or why it was not.
    """
    memories = tools.records.memories
    current = as_shown([claim.memory, claim.by], scope=scope, tools=tools)
    older, newer = current.get(claim.memory.id), current.get(claim.by.id)
    if older is None or newer is None:
        return NO_LONGER
    if flaw := _flaw(older, newer):
        return flaw
    link = Link(LinkKind.SUPERSEDES, newer.id, older.id, 1.0, f"{claim.why}, found by {found_by}")
    memories.link(link, at=tools.clock.now(), said_at=newer.said_at, scope=scope)
    drop_observations([older.id], scope=scope, tools=tools)
    return ConsolidationOutcome(
        ConsolidationEvent.SUPERSEDE, older.id, older.text, claim.why, by=newer.id
    )


def _flaw(older: MemoryRecord, newer: MemoryRecord) -> str | None:
    if older.immutable:
        return UNCHANGEABLE
    if older.attributed_to != newer.attributed_to:
        return OTHERS_WORD
    if older.kind not in _PASSING:
        return STAYS_TRUE
    return BACKWARDS if newer.said_at <= older.said_at else None
