"""Deleting for good: the memory, its index rows, and its words in the messages it came from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from memories.engine.domain import DeletionReceipt, Message, Scope, Selection
from memories.engine.errors import EmbedderError, NotFound
from memories.engine.ingestion.entity_linking import link_text
from memories.engine.ingestion.extraction import forgetting_digest
from memories.engine.ingestion.passages import draft_message, embedded
from memories.engine.ingestion.tools import IngestTools


@dataclass(frozen=True, slots=True)
class _Redaction:
    """Words of a message that only deleted memories quote.

    Attributes:
        scope: the one that the message was said in.
    """

    message: Message
    scope: Scope
    spans: tuple[tuple[int, int], ...]


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
    with tools.writing(scope=scope):
        known = records.memories.get(memory_ids, scope=scope)
        if missing := [id_ for id_ in memory_ids if id_ not in known]:
            raise NotFound(f"no memory {missing[0]}")
        doomed = list(dict.fromkeys(_with_folded(memory_ids, scope=scope, tools=tools)))
        _forget(doomed, scope=scope, tools=tools)
        redactions = [] if keep_source else _redactions(doomed, scope=scope, tools=tools)
        touched = [*doomed, *(redaction.message.id for redaction in redactions)]
        entities = records.entities.mentioned_by(touched, scope=scope.everyone)
        deleted = records.memories.delete(doomed, at=tools.clock.now(), scope=scope)
        without_vectors = _redact(redactions, tools=tools)
        return DeletionReceipt(
            memories=deleted,
            redacted_messages=len(redactions),
            entities=records.entities.prune(entities, scope=scope.everyone),
            without_vectors=without_vectors,
        )


def delete_scope(*, scope: Scope, tools: IngestTools) -> DeletionReceipt:
    """Delete every memory and message of the scope; adding them again starts afresh.

    Only facts that were deleted one by one before stay forgotten.
    """
    records = tools.records
    everything = Selection(now=tools.clock.now(), include_merged=True, show_expired=True)
    with records.writing(scope=scope):
        stored = records.memories.page(scope=scope, selection=everything, after=0, limit=-1)
        ids = [memory.id for memory in stored.values()]
        heard = [message.id for _, message in records.messages.in_order(scope=scope)]
        entities = records.entities.mentioned_by([*ids, *heard], scope=scope.everyone)
        return DeletionReceipt(
            memories=records.memories.delete(ids, at=tools.clock.now(), scope=scope),
            messages=records.messages.delete_all(scope=scope),
            entities=records.entities.prune(entities, scope=scope.everyone),
        )


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


def _redactions(memory_ids: Sequence[str], *, scope: Scope, tools: IngestTools) -> list[_Redaction]:
    """What of the memories' quotes no memory that stays quotes too."""
    memories = tools.records.memories.get(memory_ids, scope=scope)
    sources = tools.records.messages.sources(memory_ids, scope=scope)
    messages = {
        source.message.id: (source.message, memories[id_].scope)
        for id_, each in sources.items()
        for source in each
    }
    redactions: list[_Redaction] = []
    for message, said_in in messages.values():
        quoted = tools.records.memories.quoted_spans(message.id, scope=scope)
        staying = [span for id_, spans in quoted.items() if id_ not in memory_ids for span in spans]
        going = [span for id_ in memory_ids for span in quoted.get(id_, ())]
        if alone := tuple(_outside(going, staying)):
            redactions.append(_Redaction(message, said_in, alone))
    return redactions


def _outside(
    spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The parts of the spans that none of the others covers."""
    ordered = sorted(others)
    for start, until in spans:
        at = start
        for other_start, other_until in ordered:
            if at < min(other_start, until):
                yield at, min(other_start, until)
            at = max(at, other_until)
        if at < until:
            yield at, until


def _redact(redactions: Sequence[_Redaction], *, tools: IngestTools) -> int:
    """Blank the words and index the messages anew, with the turns that carry them as context."""
    without_vectors = 0
    for redaction in redactions:
        scope = redaction.scope
        message = tools.records.messages.redact(redaction.message.id, redaction.spans, scope=scope)
        for each in (message, *_around(message, 1, scope=scope, tools=tools)):
            without_vectors += not index_message(each, scope=scope, tools=tools)
        tools.records.entities.unmention(message.id, scope=scope)
        link_text(message.id, message.text, entities=tools.records.entities, scope=scope)
    return without_vectors


def index_message(message: Message, *, scope: Scope, tools: IngestTools) -> bool:
    """Index a stored message anew.

    Returns:
        False if the embedding model could not be asked, so that it is found by its words alone.
    """
    before = _around(message, -1, scope=scope, tools=tools)
    drafts = draft_message(message, before=before[0] if before else None, embedder=tools.embedder)
    tools.index.withdraw([message.id], scope=scope)
    try:
        passages, asked = embedded(drafts, tools.embedder), True
    except EmbedderError:
        # What was asked to be deleted must go even while the model is away.
        passages, asked = [draft.passage for draft in drafts], False
    tools.index.put(passages, scope=scope)
    return asked


def _around(
    message: Message, step: int, *, scope: Scope, tools: IngestTools
) -> tuple[Message, ...]:
    selection = Selection(now=tools.clock.now(), show_expired=True)
    turn = (message.session, message.position + step)
    return tools.records.messages.at([turn], scope=scope, selection=selection)
