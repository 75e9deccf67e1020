"""Observations go as soon as something that they rest on does: they may hold its words."""

from collections.abc import Collection, Sequence

from memories.engine.domain import MemoryRecord, Scope
from memories.engine.ingestion.extraction import forgetting_digest
from memories.engine.ingestion.identity import scope_digest
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.record_store import RecordStore


def drop_observations(source_ids: Collection[str], *, scope: Scope, tools: IngestTools) -> int:
    """Delete what was concluded from any of the memories; needs the transaction.

    History keeps that it was there, without its words. What else it rested on is looked at again
    by the next consolidation.

    Args:
        source_ids: memories that are about to be deleted, or were edited or replaced.
        scope: any of the project.
        tools: the ports.

    Returns:
        How many observations there were.
    """
    records, everyone = tools.records, scope.everyone
    found = records.consolidation.resting_on(source_ids, scope=everyone) if source_ids else ()
    if not found:
        return 0
    ids = [each.id for each in found]
    entities = records.entities.mentioned_by(ids, scope=everyone)
    deleted = records.memories.delete(ids, at=tools.clock.now(), scope=everyone)
    records.entities.prune(entities, scope=everyone)
    rested_on = {source_id for each in found for source_id in each.derived_from}
    records.consolidation.renew(rested_on, scope=everyone)
    return deleted


def observation_identity(scope: Scope, fingerprint: str) -> bytes:
    """What an exact repeat of an observation shares; no memory that was learned shares it.

    So what is said is always kept as a memory of its own, which no observation takes along.
    """
    return scope_digest(scope, "observation", fingerprint)


def forget_observations(
    memories: Sequence[MemoryRecord], *, scope: Scope, tools: IngestTools
) -> None:
    """Keep what somebody deleted from being concluded again."""
    digests = [
        _digest(each.scope, each.fingerprint, each.text, scope=scope, records=tools.records)
        for each in memories
    ]
    tools.records.memories.forget(digests, scope=scope)


def is_forgotten_observation(memory: MemoryRecord, *, scope: Scope, records: RecordStore) -> bool:
    """True if somebody deleted just that observation."""
    digest = _digest(memory.scope, memory.fingerprint, memory.text, scope=scope, records=records)
    return records.memories.is_forgotten(digest, scope=scope)


def _digest(
    whose: Scope, fingerprint: str, text: str, *, scope: Scope, records: RecordStore
) -> bytes:
    key = records.memories.forgetting_key(scope=scope)
    return forgetting_digest(key, observation_identity(whose, fingerprint), text)
