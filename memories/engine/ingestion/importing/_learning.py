"""Learning from one part of an import, once its questions are answered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from memories.engine.domain import (
    AddResult,
    ImportPart,
    ImportQuestion,
    ImportStage,
    ImportTerms,
    IngestEvent,
    IngestOutcome,
    Kind,
    MemoryRecord,
    Scope,
    Tally,
    TokenUsage,
)
from memories.engine.errors import LanguageModelBusy
from memories.engine.ingestion.afterwards import keep_afterwards
from memories.engine.ingestion.claims import check_claims
from memories.engine.ingestion.extraction import Extraction, given_up, proven
from memories.engine.ingestion.importing._planning import request_of
from memories.engine.ingestion.importing._states import job_of
from memories.engine.ingestion.preparation import prepare
from memories.engine.ingestion.surroundings import entities_in
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.extractor import Extracted, ExtractionRequest
from memories.engine.ports.language_model import ModelAnswer
from memories.engine.ports.model_batches import BatchAnswer, Unanswered
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.zones import zone_of

_DELETED = "messages were deleted before they were learned from"


class _DoneBefore(Exception):
    """Ends a transaction of what another process did meanwhile."""


@dataclass(slots=True)
class _Reading:
    """What the answers to a part's questions come to."""

    found: list[Extracted] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_batches: TokenUsage = field(default_factory=TokenUsage)
    asked_again: Counter[str] = field(default_factory=Counter)


def question_id(part: ImportPart, index: int) -> str:
    """Under which a batch knows a question of a part."""
    return f"{part.number}-{index}"


def learn_part(
    part: ImportPart,
    answers: Mapping[str, BatchAnswer] | None,
    terms: ImportTerms,
    *,
    give_up: bool,
    tools: IngestTools,
) -> None:
    """Store the facts of a part, once.

    What a batch did not answer is asked singly, here.

    Args:
        part: which; its messages are stored.
        answers: of its batch; None where it was in none.
        terms: of the import.
        give_up: where the model is busy, go on without its facts.
        tools: the ports.

    Raises:
        LanguageModelBusy: it is, and this is not to be given up; nothing is stored.
    """
    scope = part.scope
    reading = _Reading()
    for index, question in enumerate(part.questions):
        request = rebuilt(question, terms, scope=scope, tools=tools)
        if request is None:
            reading.notes.append(_DELETED)
            continue
        answer = None if answers is None else answers.get(question_id(part, index))
        try:
            was_asked = answers is not None
            found = _read(request, answer, reading, was_asked=was_asked, tools=tools)
        except LanguageModelBusy as error:
            if not give_up:
                raise
            reading.notes.append(given_up(error))
        else:
            reading.found.append(found)
    _store(part, reading, terms, tools=tools)


def rebuilt(
    question: ImportQuestion, terms: ImportTerms, *, scope: Scope, tools: IngestTools
) -> ExtractionRequest | None:
    """The request as it was planned; None if a message of it was deleted since.

    Memories that were deleted since leave their number behind: an answer may speak of others.
    """
    ids = (*question.messages, *question.earlier)
    messages = tools.records.messages.get(ids, scope=scope)
    if not all(id_ in messages for id_ in question.messages):
        return None
    known = tools.records.memories.get(question.known, scope=scope)
    asked = tuple(messages[id_] for id_ in question.messages)
    texts = [blank_recalled(message.text) for message in asked]
    wants_entities = tools.extractor.wants.known_memories > 0
    return ExtractionRequest(
        messages=asked,
        earlier=tuple(messages[id_] for id_ in question.earlier if id_ in messages),
        known_memories=tuple(
            known.get(id_) or _deleted(id_, scope, terms) for id_ in question.known
        ),
        known_entities=entities_in(texts, scope=scope, tools=tools) if wants_entities else (),
        zone=zone_of(terms.zone),
        guidance=tools.guidance.joined(terms.guidance),
    )


def _deleted(memory_id: str, scope: Scope, terms: ImportTerms) -> MemoryRecord:
    """Stands for a memory that is gone; what is claimed of it holds for nothing."""
    at = terms.begun_at
    return MemoryRecord(
        id=memory_id,
        scope=scope,
        text="deleted since",
        attributed_to="",
        kind=Kind.STATE,
        said_at=at,
        recorded_at=at,
        updated_at=at,
        fingerprint="",
    )


def _read(
    request: ExtractionRequest,
    answer: BatchAnswer | None,
    reading: _Reading,
    *,
    was_asked: bool,
    tools: IngestTools,
) -> Extracted:
    """The facts of one question, by its batch's answer or by asking now."""
    if isinstance(answer, ModelAnswer) and tools.batching is not None:
        reading.in_batches += answer.usage
        found = tools.batching.extractor.read(request, replace(answer, usage=TokenUsage()))
    else:
        if was_asked:
            why = answer if isinstance(answer, Unanswered) else Unanswered.FAILED
            reading.asked_again[why] += 1
        found = tools.extractor.extract(request)
    if found.note:
        reading.notes.append(found.note)
    return found


def _store(part: ImportPart, reading: _Reading, terms: ImportTerms, *, tools: IngestTools) -> None:
    scope = part.scope
    ids = [id_ for question in part.questions for id_ in question.messages]
    messages = tools.records.messages.get(ids, scope=scope)
    extraction = proven(reading.found, list(messages.values()), reading.notes)
    claims = check_claims(extraction.facts, records=tools.records, scope=scope)
    extraction = replace(
        extraction,
        facts=claims.facts,
        dropped=dict(Counter(extraction.dropped) + Counter(claims.dropped)),
    )
    prepared = prepare(
        (),
        extraction.facts,
        before=None,
        learned_by=extraction.learned_by,
        request=request_of(terms, part.number),
        scope=scope,
        tools=tools,
    )
    with suppress(_DoneBefore), tools.writing(scope=scope):
        outcomes = keep_afterwards(prepared, scope=scope, tools=tools)
        tally = _tally(outcomes, extraction, reading)
        if not tools.records.imports.settle(
            terms.id, part.number, ImportStage.LEARNED, tally, scope=scope.everyone
        ):
            raise _DoneBefore
        result = _result(ids, outcomes, extraction, reading)
        tools.records.receipts.keep(job_of(terms, part.number), result, scope=scope)


def _tally(outcomes: Sequence[IngestOutcome], extraction: Extraction, reading: _Reading) -> Tally:
    new = sum(each.event is IngestEvent.ADD for each in outcomes)
    return Tally(
        memories=new,
        repeats=len(outcomes) - new,
        dropped=extraction.dropped,
        in_batches=reading.in_batches,
        singly=extraction.usage,
        asked_again=dict(reading.asked_again),
        notes=dict(Counter(reading.notes)),
    )


def _result(
    ids: Sequence[str],
    outcomes: tuple[IngestOutcome, ...],
    extraction: Extraction,
    reading: _Reading,
) -> AddResult:
    return AddResult(
        message_ids=tuple(ids),
        repeated_messages=0,
        outcomes=outcomes,
        reason="; ".join(extraction.notes) or None,
        extractor=extraction.learned_by,
        dropped=extraction.dropped,
        usage=extraction.usage + reading.in_batches,
    )
