"""The quick part of an ingest, inside its one transaction: what is new is kept and linked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from memories.engine.domain import (
    Arrival,
    IngestEvent,
    IngestOutcome,
    Link,
    LinkKind,
    MemoryRecord,
    Message,
    Scope,
)
from memories.engine.ingestion.deduplication import claimed_repeat, memory_identity, near_repeat
from memories.engine.ingestion.entity_linking import EntityLinker
from memories.engine.ingestion.extraction import forgetting_digest, recalled_memory
from memories.engine.ingestion.identity import scope_digest, session_of
from memories.engine.ingestion.observations import drop_observations
from memories.engine.ingestion.passages import languages_of
from memories.engine.ingestion.preparation import Heard, Learned, Prepared
from memories.engine.ingestion.tools import IngestTools


def keep_messages(heard: Sequence[Heard], *, scope: Scope, tools: IngestTools) -> dict[str, bytes]:
    """Store and index the messages that nobody else stored meanwhile.

    Returns:
        Identities of what was stored, by message id.
    """
    store = tools.records.messages
    known = store.known([each.arrival.identity for each in heard], scope=scope)
    fresh = [each for each in heard if each.arrival.identity not in known]
    before = store.latest(scope=scope) if fresh else None
    placed: list[Arrival] = []
    for each in fresh:
        message = _placed(each.arrival.message, before, placed, scope=scope, tools=tools)
        placed.append(replace(each.arrival, message=message))
        before = message
    store.add(placed, scope=scope)
    for arrival in placed:
        if arrival.originals:
            tools.records.originals.add(arrival.message.id, arrival.originals, scope=scope)
    tools.passages.put([passage for each in fresh for passage in each.passages], scope=scope)
    tools.passages.note_languages(
        languages_of(arrival.message.text for arrival in placed), scope=scope
    )
    return {arrival.message.id: arrival.identity for arrival in placed}


def _placed(
    message: Message,
    before: Message | None,
    placed: Sequence[Arrival],
    *,
    scope: Scope,
    tools: IngestTools,
) -> Message:
    session = session_of(message, before=before, scope=scope)
    if placed and placed[-1].message.session == session:
        position = placed[-1].message.position + 1
    else:
        position = tools.records.messages.next_position(session, scope=scope)
    return replace(message, session=session, position=position)


def keep_fact(
    learned: Learned, *, identities: Mapping[str, bytes], scope: Scope, tools: IngestTools
) -> IngestOutcome:
    """Store one fact, or say which memory it repeats.

    Args:
        learned: the fact.
        identities: of the messages that it quotes, by their ids.
        scope: whose.
        tools: the ports.
    """
    fact, memory = learned.fact, learned.memory
    records = tools.records
    if _is_forgotten(learned, identities, scope=scope, tools=tools):
        return IngestOutcome(IngestEvent.NOOP, None, memory.text, "deleted before")
    identity, known = _same_fact(memory, scope=scope, tools=tools)
    known = known or claimed_repeat(memory, fact.repeats, scope=scope, records=records)
    if known is not None:
        records.memories.reinforce(
            known.id, quotes=fact.quotes, expires_at=memory.expires_at, scope=scope
        )
        return IngestOutcome(IngestEvent.NOOP, known.id, known.text, "known already")
    if (recalled := recalled_memory(fact, records=records, scope=scope)) is not None:
        return IngestOutcome(IngestEvent.NOOP, recalled.id, recalled.text, "recalled from memory")
    vector = learned.passages[0].vector
    repeat = (
        None
        if vector is None
        else near_repeat(memory, vector, scope=scope, records=records, passages=tools.passages)
    )
    records.memories.add(memory, identity=identity, quotes=fact.quotes, scope=scope)
    tools.passages.put(learned.passages, scope=scope)
    for claimed in fact.links:
        if repeat is None or claimed.memory_id != repeat.memory_id:
            reason = f"found by {memory.learned_by}"
            link = Link(claimed.kind, memory.id, claimed.memory_id, 1.0, reason)
            records.memories.link(link, at=memory.recorded_at, said_at=memory.said_at, scope=scope)
    replaced = [each.memory_id for each in fact.links if each.kind is LinkKind.SUPERSEDES]
    drop_observations(replaced, scope=scope, tools=tools)
    if repeat is None:
        return IngestOutcome(IngestEvent.ADD, memory.id, memory.text)
    reason = f"says the same as {repeat.memory_id}"
    link = Link(LinkKind.MERGED_INTO, memory.id, repeat.memory_id, repeat.similarity, reason)
    records.memories.link(link, at=memory.recorded_at, said_at=memory.said_at, scope=scope)
    return IngestOutcome(IngestEvent.MERGE, memory.id, memory.text, reason)


def _same_fact(
    memory: MemoryRecord, *, scope: Scope, tools: IngestTools
) -> tuple[bytes, MemoryRecord | None]:
    """The fact's identity, with the memory that keeps it already.

    One that was superseded no longer does: who moved back says something new in old words.
    """
    identity = memory_identity(
        scope,
        attributed_to=memory.attributed_to,
        fingerprint=memory.fingerprint,
        occurred=memory.occurred,
    )
    known = tools.records.memories.find(identity, scope=scope)
    while known is not None and known.superseded_by is not None:
        identity = scope_digest(scope, "again after", known.id)
        known = tools.records.memories.find(identity, scope=scope)
    return identity, known


def _is_forgotten(
    learned: Learned, identities: Mapping[str, bytes], *, scope: Scope, tools: IngestTools
) -> bool:
    quote = learned.fact.quotes[0]
    key = tools.records.memories.forgetting_key(scope=scope)
    digest = forgetting_digest(key, identities[quote.message_id], quote.text)
    return tools.records.memories.is_forgotten(digest, scope=scope)


def stored_by(outcomes: Collection[IngestOutcome]) -> frozenset[str]:
    """Ids of the memories that are new."""
    return frozenset(
        outcome.memory_id
        for outcome in outcomes
        if outcome.memory_id is not None and outcome.event is not IngestEvent.NOOP
    )


def link_entities(
    prepared: Prepared,
    *,
    kept: Collection[str],
    stored: Collection[str],
    scope: Scope,
    tools: IngestTools,
) -> None:
    """Link what the stored messages and memories mention.

    Args:
        prepared: the ingest.
        kept: ids of the messages that were stored.
        stored: ids of the memories that were.
        scope: whose.
        tools: the ports.
    """
    owners = [
        (each.arrival.message.id, each.mentions)
        for each in prepared.heard
        if each.arrival.message.id in kept
    ] + [(each.memory.id, each.mentions) for each in prepared.learned if each.memory.id in stored]
    linker = EntityLinker(tools.records.entities, scope=scope)
    linker.learn([mention for _, mentions in owners for mention in mentions])
    for owner_id, mentions in owners:
        for mention in mentions:
            linked = linker.link(mention)
            linker.store(linked, owner_id=owner_id)
            vector = prepared.entity_vectors.get(linked.form)
            if vector is not None:
                tools.records.entities.embed(linked.entity.id, vector=vector, scope=scope)
