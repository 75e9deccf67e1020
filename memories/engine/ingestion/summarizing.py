"""A run's steps, summed up for the agent that took them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from memories.engine.domain import (
    AddResult,
    AllOf,
    Condition,
    IngestEvent,
    IngestOutcome,
    Kind,
    Link,
    LinkKind,
    MemoryRecord,
    Message,
    Operator,
    Quote,
    Role,
    RunSummary,
    Scope,
    Selection,
)
from memories.engine.errors import InvalidInput, LanguageModelBusy
from memories.engine.ingestion.entity_linking import link_text
from memories.engine.ingestion.extraction import given_up
from memories.engine.ingestion.identity import IngestRequest, identify, scope_digest
from memories.engine.ingestion.passages import draft_memory, embedded
from memories.engine.ingestion.pipeline import unheard
from memories.engine.ingestion.preparation import prepare
from memories.engine.ingestion.records import keep_messages, link_entities
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.summarizer import RunRequest, Summarized, Summarizer
from memories.engine.text.fingerprints import fingerprint, stable_id
from memories.engine.text.run_summaries import read, written

# Under these a summary's metadata says of which run it is, and up to which message.
RUN: Final = "run_id"
UNTIL: Final = "until"
NOTHING_NEW: Final = "no message is new since the last summary"
NOTHING_DONE: Final = "the messages show nothing that was done"
_OVERTAKEN: Final = "another summary of the run was made meanwhile"


def summarize_run(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> AddResult:
    """Keep what is new of a run, and sum up all of it, from its last summary on.

    The summary belongs to the scope without the run, and supersedes the last one. It rests on its
    messages as wholes: its quotes are empty ones at their beginnings.

    Raises:
        InvalidInput: there is no language model to do it.
        LanguageModelBusy: it is, and the request does not give up; its messages are kept.
    """
    if tools.summarizer is None:
        raise InvalidInput("summarize_run: needs a language model, and the extractor asks none")
    if request.job_id is not None:
        done = tools.records.receipts.find(request.job_id, scope=scope)
        if done is not None:
            return done
    ids = _kept(request, scope=scope, tools=tools)
    last = _last_summary(scope, tools)
    messages = _since(last, scope=scope, tools=tools)
    result = AddResult(tuple(ids), 0, (), NOTHING_NEW)
    if messages:
        result = _summed_up(
            messages, last, request, result, tools.summarizer, scope=scope, tools=tools
        )
    if request.job_id is not None and not result.outcomes:
        with tools.writing(scope=scope):
            tools.records.receipts.keep(request.job_id, result, scope=scope)
    return result


def _kept(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> Sequence[str]:
    """Ids of the messages that the request brings; those that are new are stored."""
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, before = unheard(arrivals, scope=scope, tools=tools)
    if fresh:
        prepared = prepare(
            fresh, (), before=before, learned_by=None, request=request, scope=scope, tools=tools
        )
        with tools.writing(scope=scope):
            kept = keep_messages(prepared.heard, scope=scope, tools=tools)
            link_entities(prepared, kept=kept, stored=(), scope=scope, tools=tools)
    known = tools.records.messages.known([each.identity for each in arrivals], scope=scope)
    return [known[each.identity].id for each in arrivals]


def _last_summary(scope: Scope, tools: IngestTools) -> MemoryRecord | None:
    """The summary of the run that none has followed."""
    whose = replace(scope, run=None)
    of_run = AllOf(
        (
            Condition("kind", Operator.EQ, Kind.PROCEDURE.value),
            Condition("metadata", Operator.EQ, scope.run, (RUN,)),
        )
    )
    selection = Selection(now=tools.clock.now(), filter=of_run, show_expired=True)
    found = tools.records.memories.page(scope=whose, selection=selection, after=0, limit=-1)
    latest = [each for each in found.values() if each.scope == whose and each.superseded_by is None]
    return latest[-1] if latest else None


def _since(last: MemoryRecord | None, *, scope: Scope, tools: IngestTools) -> tuple[Message, ...]:
    """Messages of the run that the last summary does not reach; instructions are no steps."""
    until = last.metadata.get(UNTIL) if last is not None else None
    after = until if isinstance(until, int) else -1
    stored = tools.records.messages.in_order(scope=scope)
    return tuple(
        message
        for whose, message in stored
        if whose == scope and message.position > after and message.role is not Role.SYSTEM
    )


def _summed_up(
    messages: tuple[Message, ...],
    last: MemoryRecord | None,
    request: IngestRequest,
    result: AddResult,
    summarizer: Summarizer,
    *,
    scope: Scope,
    tools: IngestTools,
) -> AddResult:
    earlier = RunSummary() if last is None else read(last.text)
    try:
        found = summarizer.summarize(RunRequest(messages, earlier, request.zone))
    except LanguageModelBusy as error:
        if not request.give_up:
            raise
        return replace(result, reason=given_up(error))
    result = replace(
        result,
        extractor=found.learned_by,
        dropped=found.dropped,
        usage=found.usage,
        reason=found.note,
    )
    if found.summary is None:
        return result
    if not found.message_ids:
        return replace(result, reason=_why_nothing(found))
    memory = _memory_of(found, messages, request, scope=scope, tools=tools)
    return _stored(memory, found.message_ids, last, request, result, scope=scope, tools=tools)


def _why_nothing(found: Summarized) -> str:
    reasons = (f"{why} ({count})" for why, count in found.dropped.items())
    return f"no statement held: {'; '.join(reasons)}" if found.dropped else NOTHING_DONE


def _memory_of(
    found: Summarized,
    messages: Sequence[Message],
    request: IngestRequest,
    *,
    scope: Scope,
    tools: IngestTools,
) -> MemoryRecord:
    now, last = tools.clock.now(), messages[-1]
    text = written(found.summary or RunSummary())
    return MemoryRecord(
        id=stable_id(request.seed, "summary", scope.run),
        scope=replace(scope, run=None),
        text=text,
        attributed_to=scope.agent or "Assistant",
        kind=Kind.PROCEDURE,
        said_at=max(message.said_at for message in messages),
        recorded_at=now,
        updated_at=now,
        fingerprint=fingerprint(text),
        categories=request.categories,
        metadata={**request.metadata, RUN: scope.run, UNTIL: last.position},
        expires_at=request.expires_at,
        immutable=request.immutable,
        learned_by=found.learned_by,
    )


def _stored(
    memory: MemoryRecord,
    message_ids: Sequence[str],
    last: MemoryRecord | None,
    request: IngestRequest,
    result: AddResult,
    *,
    scope: Scope,
    tools: IngestTools,
) -> AddResult:
    records, whose = tools.records, memory.scope
    names = tools.passages.speakers(scope=whose.home)
    passages = embedded(draft_memory(memory, names=names, embedder=tools.embedder), tools.embedder)
    with tools.writing(scope=scope):
        if _last_summary(scope, tools) != last:
            return replace(result, reason=_OVERTAKEN)
        sources = [] if last is None else records.messages.sources([last.id], scope=whose)[last.id]
        rests_on = dict.fromkeys([*(each.message.id for each in sources), *message_ids])
        quotes = [Quote(id_, 0, 0, "") for id_ in rests_on]
        identity = scope_digest(whose, "summary", memory.id)
        records.memories.add(memory, identity=identity, quotes=quotes, scope=whose)
        tools.passages.put(passages, scope=whose)
        link_text(memory.id, memory.text, entities=records.entities, scope=whose)
        if last is not None:
            link = Link(LinkKind.SUPERSEDES, memory.id, last.id, 1.0, "sums up the run further")
            records.memories.link(link, at=memory.recorded_at, said_at=memory.said_at, scope=whose)
        outcome = IngestOutcome(IngestEvent.ADD, memory.id, memory.text)
        result = replace(result, outcomes=(outcome,), dropped=dict(Counter(result.dropped)))
        if request.job_id is not None:
            records.receipts.keep(request.job_id, result, scope=scope)
    return result
