"""Keeping observations: memories of their own, with those that they rest on as their proof."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from memories.engine.consolidation.gathering import NO_LONGER, in_order, is_current
from memories.engine.consolidation.names import names_known
from memories.engine.consolidation.reading import Observed
from memories.engine.domain import (
    ConsolidationEvent,
    ConsolidationOutcome,
    Link,
    LinkKind,
    MemoryRecord,
    Passage,
    Quote,
    Scope,
)
from memories.engine.ingestion.entity_linking import link_text
from memories.engine.ingestion.observations import (
    is_forgotten_observation,
    observation_identity,
)
from memories.engine.ingestion.passages import draft_memory, embedded
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.fingerprints import fingerprint

INVENTED: Final = "it names somebody or something that its memories do not name"
KNOWN: Final = "it is known already, or was deleted"

# As the reader asks for, once those that say the same count as one.
_FEWEST: Final = 2
_REASON: Final = "follows from several memories"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An observation, ready to be kept.

    Attributes:
        sources: what it rests on, as it was shown.
        passages: what the index is to hold of it.
    """

    memory: MemoryRecord
    sources: tuple[MemoryRecord, ...]
    passages: tuple[Passage, ...]


def prepare(claim: Observed, *, found_by: str, scope: Scope, tools: IngestTools) -> Prepared | str:
    """The slow part, done before the file is locked: the observation with its vectors.

    Returns:
        The observation; or why it is none.

    Raises:
        EmbedderError: the model gave no usable vectors.
    """
    sources = in_order(claim.memories)
    if not names_known(claim.text, sources, is_sentence=True):
        return INVENTED
    memory = _memory_of(claim, sources, found_by=found_by, scope=scope, tools=tools)
    names = tools.passages.speakers(scope=scope.home)
    passages = embedded(draft_memory(memory, names=names, embedder=tools.embedder), tools.embedder)
    return Prepared(memory, sources, tuple(passages))


def keep_observation(
    prepared: Prepared, *, scope: Scope, tools: IngestTools
) -> ConsolidationOutcome | str:
    """Store an observation with its proof; needs the transaction.

    Returns:
        What was stored; or why nothing was.
    """
    records = tools.records
    rests_on = _standing(prepared.sources, scope=scope, records=records)
    if len(rests_on) < _FEWEST:
        return NO_LONGER
    memory = replace(prepared.memory, derived_from=rests_on)
    identity = observation_identity(memory.scope, memory.fingerprint)
    is_known = records.memories.find(identity, scope=scope) is not None
    if is_known or is_forgotten_observation(memory, scope=scope, records=records):
        return KNOWN
    proof = records.messages.sources(memory.derived_from, scope=scope)
    quotes = [
        Quote(each.message.id, each.start, each.end, each.quote)
        for id_ in memory.derived_from
        for each in proof.get(id_, ())
    ]
    records.memories.add(memory, identity=identity, quotes=quotes, scope=memory.scope)
    tools.passages.put(prepared.passages, scope=memory.scope)
    for id_ in memory.derived_from:
        link = Link(LinkKind.DERIVED_FROM, memory.id, id_, 1.0, f"found by {memory.learned_by}")
        records.memories.link(link, at=memory.recorded_at, said_at=memory.said_at, scope=scope)
    link_text(memory.id, memory.text, entities=records.entities, scope=memory.scope)
    return ConsolidationOutcome(
        ConsolidationEvent.ADD,
        memory.id,
        memory.text,
        _REASON,
        derived_from=memory.derived_from,
    )


def _standing(
    sources: Sequence[MemoryRecord], *, scope: Scope, records: RecordStore
) -> tuple[str, ...]:
    """Ids of what an observation rests on; none, if one of them stands no longer as it was shown.

    One that was folded meanwhile, as by the same answer, is stood for by what it is folded into.
    """
    found = records.memories.get([each.id for each in sources], scope=scope)
    kept: list[str] = []
    for source in sources:
        current = found.get(source.id)
        if (
            current is None
            or current.version != source.version
            or current.superseded_by is not None
        ):
            return ()
        kept.append(current.merged_into or current.id)
    standing = records.memories.get(kept, scope=scope)
    unique = tuple(dict.fromkeys(kept))
    return unique if all(map(is_current, standing.values())) else ()


def _memory_of(
    claim: Observed,
    sources: Sequence[MemoryRecord],
    *,
    found_by: str,
    scope: Scope,
    tools: IngestTools,
) -> MemoryRecord:
    """Said when the last of its sources was; gone when the first of them expires."""
    now = tools.clock.now()
    scopes = {each.scope for each in sources}
    ends = [each.expires_at for each in sources if each.expires_at is not None]
    judged = [each.importance for each in sources if each.importance is not None]
    return MemoryRecord(
        id=str(uuid.uuid4()),
        # In one run if all was said there; else it is of all runs.
        scope=scopes.pop() if len(scopes) == 1 else scope.home,
        text=claim.text,
        attributed_to=sources[-1].attributed_to,
        kind=claim.kind,
        said_at=sources[-1].said_at,
        recorded_at=now,
        updated_at=now,
        fingerprint=fingerprint(claim.text),
        categories=claim.categories,
        expires_at=min(ends, default=None),
        importance=max(judged, default=None),
        learned_by=found_by,
        derived_from=tuple(each.id for each in sources),
    )
