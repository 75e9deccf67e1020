"""The write path: extract, deduplicate, link entities, embed, store, index."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from memories.engine.domain import (
    AddResult,
    Arrival,
    Fact,
    IngestEvent,
    IngestOutcome,
    Message,
    Preview,
    ReadingUsage,
    Scope,
    TokenUsage,
)
from memories.engine.ingestion.answers import SavingExtractor
from memories.engine.ingestion.claims import check_claims
from memories.engine.ingestion.extraction import Extraction, Listening, find_facts, verbatim_facts
from memories.engine.ingestion.identity import IngestRequest, first_of_each, identify
from memories.engine.ingestion.parts import read_messages
from memories.engine.ingestion.preparation import Prepared, prepare
from memories.engine.ingestion.records import (
    keep_fact,
    keep_messages,
    link_entities,
    stored_by,
)
from memories.engine.ingestion.surroundings import known_around, turns_before
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.extractor import Extractor

ALL_KNOWN: Final = "every message was known already"
NO_FACT: Final = "the messages state no fact; they are kept and searchable as they are"


@dataclass(frozen=True, slots=True)
class _Understood:
    """A request, ready to be kept.

    Attributes:
        reading: what it took to put its files into words.
    """

    arrivals: tuple[Arrival, ...]
    reading: ReadingUsage
    extraction: Extraction
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was stored: identities of messages by id, and what became of each fact."""

    messages: dict[str, bytes]
    learned: tuple[tuple[Fact, IngestOutcome], ...]

    @property
    def outcomes(self) -> tuple[IngestOutcome, ...]:
        return tuple(outcome for _, outcome in self.learned)


class _OnlyLooked(Exception):
    """Ends a transaction whose writes were made to see what they would come to."""


def ingest(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> AddResult:
    """Keep what was said and learn from it; the same request again adds nothing.

    Slow work, extraction and embedding, is done before the file is locked; whether anything is
    known already is asked again inside the one transaction that stores it all. A job that was done
    is answered as it was then, whatever it asks for now; one that failed goes on from the
    extractor's answers, where they are saved.

    Raises:
        LanguageModelBusy: the extractor's model is, and the request does not give up.
    """
    if (answered := _answered(request, scope=scope, tools=tools)) is not None:
        return answered
    understood = _understand(request, scope=scope, tools=tools)
    with tools.writing(scope=scope):
        # Another thread or process may have done the same job meanwhile.
        if (answered := _answered(request, scope=scope, tools=tools)) is not None:
            return answered
        kept = _keep(understood.prepared, scope=scope, tools=tools)
        result = _result(understood, kept, scope=scope, tools=tools)
        if request.job_id is not None:
            tools.records.receipts.keep(request.job_id, result, scope=scope)
    return result


def preview(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> Preview:
    """What `ingest` would do, found out by doing it and taking it back.

    Raises:
        LanguageModelBusy: the extractor's model is, and the request does not give up.
    """
    understood = _understand(request, scope=scope, tools=tools)
    with suppress(_OnlyLooked), tools.writing(scope=scope):
        kept = _keep(understood.prepared, scope=scope, tools=tools)
        raise _OnlyLooked
    extraction = understood.extraction
    return Preview(
        facts=tuple(fact for fact, _ in kept.learned),
        outcomes=tuple(
            each if each.event is IngestEvent.NOOP else replace(each, memory_id=None)
            for each in kept.outcomes
        ),
        reason=_why_less(kept, extraction),
        extractor=extraction.learned_by,
        dropped=extraction.dropped,
        usage=extraction.usage,
        reading=understood.reading,
    )


def predict(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> TokenUsage:
    """About what `ingest` would take of the extractor's language model, which is not asked."""
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, before = unheard(arrivals, scope=scope, tools=tools)
    counting = replace(tools, extractor=tools.predictor)
    return _extract(request, fresh, before, scope=scope, tools=counting).usage


def _answered(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> AddResult | None:
    """What the request's job was answered before."""
    if request.job_id is None:
        return None
    return tools.records.receipts.find(request.job_id, scope=scope)


def _understand(request: IngestRequest, *, scope: Scope, tools: IngestTools) -> _Understood:
    """The slow part: what the request says, and all that it takes to keep it."""
    tools.parts.check(request.turns)
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, before = unheard(arrivals, scope=scope, tools=tools)
    read = read_messages(
        fresh,
        fetcher=tools.parts.fetcher,
        asking=tools.parts.asking(tools.answers, request.job_id, give_up=request.give_up),
    )
    extraction = _extract(request, read.arrivals, before, scope=scope, tools=tools)
    extraction = replace(extraction, notes=(*read.notes, *extraction.notes))
    prepared = prepare(
        read.arrivals,
        extraction.facts,
        before=before,
        learned_by=extraction.learned_by,
        request=request,
        scope=scope,
        tools=tools,
    )
    return _Understood(arrivals, read.usage, extraction, prepared)


def _keep(prepared: Prepared, *, scope: Scope, tools: IngestTools) -> _Kept:
    """Store what nobody else stored meanwhile; needs the transaction."""
    messages = keep_messages(prepared.heard, scope=scope, tools=tools)
    learned = tuple(
        (each.fact, keep_fact(each, identities=messages, scope=scope, tools=tools))
        for each in prepared.learned
        if all(quote.message_id in messages for quote in each.fact.quotes)
    )
    kept = _Kept(messages, learned)
    stored = stored_by(kept.outcomes)
    link_entities(prepared, kept=messages, stored=stored, scope=scope, tools=tools)
    return kept


def _result(understood: _Understood, kept: _Kept, *, scope: Scope, tools: IngestTools) -> AddResult:
    arrivals, extraction = understood.arrivals, understood.extraction
    known = tools.records.messages.known([each.identity for each in arrivals], scope=scope)
    return AddResult(
        message_ids=tuple(known[each.identity].id for each in arrivals),
        repeated_messages=len(arrivals) - len(kept.messages),
        outcomes=kept.outcomes,
        reason=_why_less(kept, extraction),
        extractor=extraction.learned_by,
        dropped=extraction.dropped,
        usage=extraction.usage,
        reading=understood.reading,
    )


def unheard(
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
    wants = tools.extractor.wants
    extraction = find_facts(
        messages,
        Listening(
            extractor=_extractor_for(request.job_id, scope=scope, tools=tools),
            earlier=turns_before(before, wants.earlier, scope=scope, tools=tools),
            surroundings=partial(
                known_around, wanted=wants.known_memories, scope=scope, tools=tools
            ),
            zone=request.zone,
            guidance=tools.guidance.joined(request.guidance),
            give_up=request.give_up,
        ),
    )
    claims = check_claims(extraction.facts, records=tools.records, scope=scope)
    dropped = dict(Counter(extraction.dropped) + Counter(claims.dropped))
    return replace(extraction, facts=claims.facts, dropped=dropped)


def _extractor_for(job_id: str | None, *, scope: Scope, tools: IngestTools) -> Extractor:
    if job_id is None or tools.answers is None:
        return tools.extractor
    return SavingExtractor(tools.extractor, tools.answers, job_id=job_id, scope=scope)


def _why_less(kept: _Kept, extraction: Extraction) -> str | None:
    """Why nothing was learned, or less than was said."""
    if extraction.notes:
        return "; ".join(extraction.notes)
    if any(outcome.event is not IngestEvent.NOOP for outcome in kept.outcomes):
        return None
    if not kept.messages:
        return ALL_KNOWN
    if kept.outcomes:
        return "every fact was known already"
    if extraction.dropped:
        reasons = (f"{why} ({count})" for why, count in extraction.dropped.items())
        return f"no fact held: {'; '.join(reasons)}"
    return NO_FACT
