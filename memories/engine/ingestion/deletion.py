"""Deleting for good: the memory, its index rows, and its words in the messages it came from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from memories.engine.domain import DeletionReceipt, Scope, Selection
from memories.engine.errors import NotFound
from memories.engine.ingestion.extraction import forgetting_digest
from memories.engine.ingestion.observations import drop_observations, forget_observations
from memories.engine.ingestion.redaction import (
    Ahead,
    apply_redactions,
    embed_ahead,
    plan_redactions,
    remove_originals,
)
from memories.engine.ingestion.tools import IngestTools

# Memories, and messages, of one transaction.
_AT_ONCE: Final = 500


def delete_memories(
    memory_ids: Sequence[str], *, keep_source: bool, scope: Scope, tools: IngestTools
) -> DeletionReceipt:
    """Delete memories and what was folded into them, in one transaction.

    Summaries of runs that rest on a message whose words go with them go too.

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
        # Before it is looked at who else quotes the words: what goes along does not count.
        dropped = drop_observations(doomed, scope=scope, tools=tools)
        redactions = [] if keep_source else plan_redactions(doomed, scope=scope, tools=tools)
        touched = [redaction.message.id for redaction in redactions]
        summaries = _summaries_of(touched, doomed, scope=scope, tools=tools)
        entities = records.entities.mentioned_by(
            [*doomed, *summaries, *touched], scope=scope.everyone
        )
        deleted = records.memories.delete(doomed, at=tools.clock.now(), scope=scope)
        dropped += drop_observations(summaries, scope=scope, tools=tools)
        deleted += _delete_summaries(summaries, scope=scope, tools=tools)
        originals = remove_originals(redactions, tools=tools)
        without_vectors = apply_redactions(redactions, ahead, tools=tools)
        return DeletionReceipt(
            memories=deleted + dropped,
            redacted_messages=len(redactions),
            entities=records.entities.prune(entities, scope=scope.everyone),
            without_vectors=without_vectors,
            originals=originals,
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
        heard = _heard(scope=scope, tools=tools)
        summaries = _summaries_of(heard, ids, scope=scope, tools=tools)
        entities = (
            records.entities.mentioned_by([*ids, *summaries, *heard], scope=scope.everyone)
            if scope.names_someone
            else None
        )
        dropped = drop_observations([*ids, *summaries], scope=scope, tools=tools)
        deleted = dropped + records.memories.delete(ids, at=tools.clock.now(), scope=scope)
        deleted += _delete_summaries(summaries, scope=scope, tools=tools)
        return DeletionReceipt(
            memories=deleted,
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
        summaries = _summaries_of(messages, memories, scope=scope, tools=tools)
        entities = records.entities.mentioned_by(
            [*memories, *summaries, *messages], scope=scope.everyone
        )
        dropped = drop_observations([*memories, *summaries], scope=scope, tools=tools)
        deleted = dropped + records.memories.delete(memories, at=tools.clock.now(), scope=scope)
        deleted += _delete_summaries(summaries, scope=scope, tools=tools)
        return DeletionReceipt(
            memories=deleted,
            messages=records.messages.delete(messages, scope=scope),
            entities=records.entities.prune(entities, scope=scope.everyone),
        )


def _heard(*, scope: Scope, tools: IngestTools) -> list[str]:
    """Ids of the scope's messages; none of a whole project, which goes with all that it has."""
    if not scope.names_someone:
        return []
    return [message.id for _, message in tools.records.messages.in_order(scope=scope)]


def _summaries_of(
    message_ids: Sequence[str], doomed: Sequence[str], *, scope: Scope, tools: IngestTools
) -> list[str]:
    """Summaries that rest on messages which go, whoever's they are, and are not doomed already."""
    found = tools.records.memories.summaries_of(message_ids, scope=scope.everyone)
    gone = set(doomed)
    return [id_ for id_ in found if id_ not in gone]


def _delete_summaries(ids: Sequence[str], *, scope: Scope, tools: IngestTools) -> int:
    """Delete them: what they say of words that are gone must go; they can be made anew."""
    return tools.records.memories.delete(ids, at=tools.clock.now(), scope=scope.everyone)


def _embed_ahead(
    memory_ids: Sequence[str], *, keep_source: bool, scope: Scope, tools: IngestTools
) -> Ahead:
    """Rehearse the deletion, so that its transaction need not wait for the model."""
    if keep_source:
        return Ahead({}, asked=True)
    known = tools.records.memories.get(memory_ids, scope=scope)
    doomed = list(_with_folded(known, scope=scope, tools=tools))
    resting = tools.records.consolidation.resting_on(doomed, scope=scope.everyone)
    # First: each message is indexed anew in the scope of the memory that was learned from it.
    doomed = [*(each.id for each in resting), *doomed]
    return embed_ahead(plan_redactions(doomed, scope=scope, tools=tools), tools=tools)


def _with_folded(memory_ids: Iterable[str], *, scope: Scope, tools: IngestTools) -> Iterable[str]:
    for memory_id in memory_ids:
        yield memory_id
        yield from _with_folded(
            tools.records.memories.merged_into(memory_id, scope=scope), scope=scope, tools=tools
        )


def _forget(memory_ids: Sequence[str], *, scope: Scope, tools: IngestTools) -> None:
    """Keep the facts from being learned from the same messages again, or concluded again."""
    records = tools.records
    key = records.memories.forgetting_key(scope=scope)
    memories = records.memories.get(memory_ids, scope=scope)
    observed = [each for each in memories.values() if each.derived_from]
    forget_observations(observed, scope=scope, tools=tools)
    learned = memories.keys() - {each.id for each in observed}
    sources = records.messages.sources(learned, scope=scope)
    quoted = [source for each in sources.values() for source in each]
    identities = records.messages.identities({source.message.id for source in quoted}, scope=scope)
    records.memories.forget(
        [forgetting_digest(key, identities[source.message.id], source.quote) for source in quoted],
        scope=scope,
    )
