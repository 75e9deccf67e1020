"""The write path: extract, deduplicate, link entities, embed, store, index."""

from collections.abc import Collection, Sequence

from memories.engine.domain import AddResult, Arrival, IngestEvent, IngestOutcome, Message, Scope
from memories.engine.ingestion.answers import SavingExtractor
from memories.engine.ingestion.extraction import Extraction, find_facts, verbatim_facts
from memories.engine.ingestion.identity import IngestRequest, first_of_each, identify
from memories.engine.ingestion.preparation import Prepared, prepare
from memories.engine.ingestion.records import keep_fact, keep_messages, link_entities
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.extractor import Extractor


def ingest(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> AddResult:
    """Keep what was said and learn from it; the same request again adds nothing.

    Slow work, extraction and embedding, is done before the file is locked; whether anything is
    known already is asked again inside the one transaction that stores it all. A job that was done
    is answered as it was then, whatever it asks for now; one that failed goes on from the
    extractor's answer, where answers are saved.
    """
    if (answered := _answered(request, scope=scope, tools=tools)) is not None:
        return answered
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, before = _unheard(arrivals, scope=scope, tools=tools)
    extraction = _extract(request, fresh, before, scope=scope, tools=tools)
    prepared = prepare(
        fresh, extraction.facts, before=before, request=request, scope=scope, tools=tools
    )
    with tools.writing(scope=scope):
        # Another thread or process may have done the same job meanwhile.
        if (answered := _answered(request, scope=scope, tools=tools)) is not None:
            return answered
        result = _keep(arrivals, extraction, prepared, scope=scope, tools=tools)
        if request.job_id is not None:
            tools.records.receipts.keep(request.job_id, result, scope=scope)
    return result


def _answered(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> AddResult | None:
    """What the request's job was answered before."""
    if request.job_id is None:
        return None
    return tools.records.receipts.find(request.job_id, scope=scope)


def _keep(
    arrivals: Sequence[Arrival],
    extraction: Extraction,
    prepared: Prepared,
    *,
    scope: Scope,
    tools: IngestTools,
) -> AddResult:
    """Store what nobody else stored meanwhile; needs the transaction."""
    kept = keep_messages(prepared.heard, scope=scope, tools=tools)
    outcomes = [
        keep_fact(learned, kept=kept, scope=scope, tools=tools)
        for learned in prepared.learned
        if all(quote.message_id in kept for quote in learned.fact.quotes)
    ]
    link_entities(prepared, kept=kept, stored=_stored(outcomes), scope=scope, tools=tools)
    known = tools.records.messages.known([each.identity for each in arrivals], scope=scope)
    return AddResult(
        message_ids=tuple(known[each.identity].id for each in arrivals),
        repeated_messages=len(arrivals) - len(kept),
        outcomes=tuple(outcomes),
        reason=_why_nothing(outcomes, kept, extraction),
    )


def _unheard(
    arrivals: Sequence[Arrival], *, scope: Scope, tools: IngestTools
) -> tuple[tuple[Arrival, ...], Message | None]:
    """Messages that are not stored yet, and the one that was said before them."""
    known = tools.records.messages.known([each.identity for each in arrivals], scope=scope)
    fresh = tuple(each for each in first_of_each(arrivals) if each.identity not in known)
    return fresh, tools.records.messages.latest(scope=scope) if fresh else None


def _extract(
    request: IngestRequest,
    fresh: Sequence[Arrival],
    before: Message | None,
    *,
    scope: Scope,
    tools: IngestTools,
) -> Extraction:
    messages = [arrival.message for arrival in fresh]
    if not request.infer:
        return verbatim_facts(messages)
    earlier = [before] if before is not None else []
    extractor = _extractor_for(request.job_id, scope=scope, tools=tools)
    return find_facts(messages, earlier=earlier, extractor=extractor, zone=request.zone)


def _extractor_for(job_id: str | None, *, scope: Scope, tools: IngestTools) -> Extractor:
    if job_id is None or tools.answers is None:
        return tools.extractor
    return SavingExtractor(tools.extractor, tools.answers, job_id=job_id, scope=scope)


def _stored(outcomes: Sequence[IngestOutcome]) -> frozenset[str]:
    return frozenset(
        outcome.memory_id
        for outcome in outcomes
        if outcome.memory_id is not None and outcome.event is not IngestEvent.NOOP
    )


def _why_nothing(
    outcomes: Sequence[IngestOutcome], kept: Collection[str], extraction: Extraction
) -> str | None:
    if any(outcome.event is not IngestEvent.NOOP for outcome in outcomes):
        return None
    if not kept:
        return "every message was known already"
    if outcomes:
        return "every fact was known already"
    if extraction.unproven:
        return f"{extraction.unproven} facts were rejected: their quote is not in the source"
    return "the messages state no fact; they are kept and searchable as they are"
