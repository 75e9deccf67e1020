"""Folding repeats: what can be told without a model, and what a model says."""

from collections.abc import Iterator, Sequence
from typing import Final

from memories.engine.consolidation.gathering import NO_LONGER, as_shown, in_order, is_current
from memories.engine.consolidation.reading import Same
from memories.engine.domain import (
    ConsolidationEvent,
    ConsolidationOutcome,
    Link,
    LinkKind,
    MemoryRecord,
    Scope,
)
from memories.engine.ingestion.deduplication import claimed_repeat, lasts_as_long, near_repeat
from memories.engine.ingestion.tools import IngestTools

UNLIKE: Final = (
    "what it holds to be the same differs in speaker, scope, time, numbers, negation or names"
)


def fold_near_repeats(
    due: Sequence[MemoryRecord], *, scope: Scope, tools: IngestTools
) -> Iterator[ConsolidationOutcome]:
    """Fold what says the same word for word or nearly; needs the transaction.

    An ingest finds these itself. What an import brings, and what an edit makes alike, it never saw.
    """
    records = tools.records
    for memory in in_order(due):
        current = records.memories.get([memory.id], scope=scope).get(memory.id)
        vector = tools.passages.vectors([memory.id], scope=scope).get(memory.id)
        if current is None or vector is None or not is_current(current):
            continue
        repeat = near_repeat(
            current, vector, scope=current.scope, records=records, passages=tools.passages
        )
        if repeat is None:
            continue
        twin = records.memories.get([repeat.memory_id], scope=scope)[repeat.memory_id]
        kept, folded = in_order([current, twin])
        if _may_go(folded, kept):
            yield _fold(folded, kept, repeat.similarity, scope=scope, tools=tools)


def fold_claimed(
    claim: Same, *, scope: Scope, tools: IngestTools
) -> Iterator[ConsolidationOutcome | str]:
    """Fold what a model holds to be the same, if nothing speaks against it.

    Yields:
        What was done; or why a memory was not folded.
    """
    records = tools.records
    current = as_shown(claim.memories, scope=scope, tools=tools)
    for _ in range(len(claim.memories) - len(current)):
        yield NO_LONGER
    ordered = in_order(current.values())
    for folded in ordered[1:]:
        twin = claimed_repeat(folded, ordered[0].id, scope=folded.scope, records=records)
        if twin is None or not _may_go(folded, twin):
            yield UNLIKE
            continue
        vectors = tools.passages.vectors([folded.id, twin.id], scope=scope)
        one, other = (vectors.get(id_) for id_ in (folded.id, twin.id))
        similarity = 0.0 if one is None or other is None else float(one @ other)
        yield _fold(folded, twin, similarity, scope=scope, tools=tools)


def _may_go(folded: MemoryRecord, kept: MemoryRecord) -> bool:
    return not folded.immutable and lasts_as_long(kept, folded)


def _fold(
    folded: MemoryRecord,
    kept: MemoryRecord,
    similarity: float,
    *,
    scope: Scope,
    tools: IngestTools,
) -> ConsolidationOutcome:
    reason = f"says the same as {kept.id}"
    link = Link(LinkKind.MERGED_INTO, folded.id, kept.id, similarity, reason)
    tools.records.memories.link(link, at=tools.clock.now(), said_at=folded.said_at, scope=scope)
    return ConsolidationOutcome(
        ConsolidationEvent.MERGE, folded.id, folded.text, reason, by=kept.id
    )
