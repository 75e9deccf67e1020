"""Deleting for good: the memory, its index rows, and its words in the messages it came from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from memories.engine.domain import DeletionReceipt, Scope, Selection
from memories.engine.errors import NotFound
from memories.engine.ingestion.extraction import forgetting_digest
from memories.engine.ingestion.redaction import (
    Ahead,
    apply_redactions,
    embed_ahead,
    plan_redactions,
)
from memories.engine.ingestion.tools import IngestTools

# Memories, and messages, of one transaction.
_AT_ONCE: Final = 500


def delete_memories(
    memory_ids: Sequence[str], *, keep_source: bool, scope: Scope, tools: IngestTools
) -> DeletionReceipt:
    """Delete memories and what was folded into them, in one transaction.

    Args:
        memory_ids: which.
        keep_source: leave the messages' words; the facts are still not learned from them again.
        scope: whose.
        tools: the ports.

    Raises:
        NotFound: one of them is not there; nothing is deleted.
    """
    records = tools.records
    ahead = _embed_ahead(memory_ids, keep_source=keep_source, scope=scope, tools=tools)
    with tools.writing(scope=scope):
        known = records.memories.get(memory_ids, scope=scope)
        if missing := [id_ for id_ in memory_ids if id_ not in known]:
            raise NotFound(f"no memory {missing[0]}")
        doomed = list(dict.fromkeys(_with_folded(memory_ids, scope=scope, tools=tools)))
        _forget(doomed, scope=scope, tools=tools)
        redactions = [] if keep_source else plan_redactions(doomed, scope=scope, tools=tools)
        touched = [*doomed, *(redaction.message.id for redaction in redactions)]
        entities = records.entities.mentioned_by(touched, scope=scope.everyone)
        deleted = records.memories.delete(doomed, at=tools.clock.now(), scope=scope)
        without_vectors = apply_redactions(redactions, ahead, tools=tools)
        return DeletionReceipt(
            memories=deleted,
            redacted_messages=len(redactions),
            entities=records.entities.prune(entities, scope=scope.everyone),
            without_vectors=without_vectors,
        )


def delete_scope(*, scope: Scope, tools: IngestTools) -> DeletionReceipt:
    """Delete every memory and message of the scope; adding them again starts afresh.

    Only facts that were deleted one by one before stay forgotten. A scope that names nobody is the
    whole project: whether that is meant is for the caller to know.
    """
    records = tools.records
    everything = Selection(now=tools.clock.now(), include_merged=True, show_expired=True)
    with records.writing(scope=scope):
        records.imports.forget(scope=scope)
        stored = records.memories.page(scope=scope, selection=everything, after=0, limit=-1)
        ids = [memory.id for memory in stored.values()]
        entities = _mentioned_in(ids, scope=scope, tools=tools)
        return DeletionReceipt(
            memories=records.memories.delete(ids, at=tools.clock.now(), scope=scope),
            messages=records.messages.delete_all(scope=scope),
            entities=records.entities.prune(entities, scope=scope.everyone),
        )


def delete_older(instant: datetime, *, scope: Scope, tools: IngestTools) -> DeletionReceipt:
    """Delete what was stored before, and not said again since.

    At most some of it at a time, so that nobody waits long: until nothing is left, call it again.
    """
    records = tools.records
    with records.writing(scope=scope):
        memories = records.memories.not_said_since(instant, scope=scope, limit=_AT_ONCE)
        messages = records.messages.recorded_before(instant, scope=scope, limit=_AT_ONCE)
        entities = records.entities.mentioned_by([*memories, *messages], scope=scope.everyone)
        return DeletionReceipt(
            memories=records.memories.delete(memories, at=tools.clock.now(), scope=scope),
            messages=records.messages.delete(messages, scope=scope),
            entities=records.entities.prune(entities, scope=scope.everyone),
        )


def _mentioned_in(
    memory_ids: Sequence[str], *, scope: Scope, tools: IngestTools
) -> frozenset[str] | None:
    """Entities that the memories and the scope's messages mention; None for all of the project."""
    if not scope.names_someone:
        return None
    records = tools.records
    heard = [message.id for _, message in records.messages.in_order(scope=scope)]
    return records.entities.mentioned_by([*memory_ids, *heard], scope=scope.everyone)


def _embed_ahead(
    memory_ids: Sequence[str], *, keep_source: bool, scope: Scope, tools: IngestTools
) -> Ahead:
    """Rehearse the deletion, so that its transaction need not wait for the model."""
    if keep_source:
        return Ahead({}, asked=True)
    known = tools.records.memories.get(memory_ids, scope=scope)
    doomed = list(_with_folded(known, scope=scope, tools=tools))
    return embed_ahead(plan_redactions(doomed, scope=scope, tools=tools), tools=tools)


def _with_folded(memory_ids: Iterable[str], *, scope: Scope, tools: IngestTools) -> Iterable[str]:
    for memory_id in memory_ids:
        yield memory_id
        yield from _with_folded(
            tools.records.memories.merged_into(memory_id, scope=scope), scope=scope, tools=tools
        )


def _forget(memory_ids: Sequence[str], *, scope: Scope, tools: IngestTools) -> None:
    """Keep the facts from being learned from the same messages again."""
    records = tools.records
    key = records.memories.forgetting_key(scope=scope)
    sources = records.messages.sources(memory_ids, scope=scope)
    quoted = [source for each in sources.values() for source in each]
    identities = records.messages.identities({source.message.id for source in quoted}, scope=scope)
    records.memories.forget(
        [forgetting_digest(key, identities[source.message.id], source.quote) for source in quoted],
        scope=scope,
    )
