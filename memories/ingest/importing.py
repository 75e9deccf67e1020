"""Doing imports: a step at a time, none of which waits for the provider."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from memories import ImportState, LanguageModelFailed, Memory, NotFound, TokenUsage
from memories.engine.domain import Guidance, ImportStage
from memories.ingest.leases import extend_lease
from memories.ingest.models import Job
from memories.ingest.orders import ImportOrder
from memories.ingest.services import note_begun
from memories.ingest.spending import check_affordable, dollars

# Most batches are over within an hour.
_LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
# Conversations that are kept in one step, after which the job's lease is extended.
_AT_ONCE: Final = 25
_KEPT: Final = "what was not learned from is kept and searchable as it is"
CANCELLED: Final = f"the import was called off; {_KEPT}"


@dataclass(frozen=True, slots=True)
class ImportStep:
    """What one step came to.

    Attributes:
        pause: how long to wait before the next one; None if there is nothing left to do.
        reason: why less was learned than was told.
    """

    pause: timedelta | None = None
    reason: str = ""


def advance(
    order: ImportOrder,
    job: Job,
    memory: Memory,
    *,
    guided: tuple[Guidance, str | None],
    now: Callable[[], datetime],
) -> ImportStep:
    """Keep the conversations, or go on with what was kept.

    What would go past the day's cap is not begun, and the event says so.

    Args:
        order: the import.
        job: its row.
        memory: of its project.
        guided: what is to be learned, and where the speakers are.
        now: what time it is.

    Raises:
        InvalidInput: a conversation is off.
        LanguageModelBusy: later may help.
    """
    import_id = str(job.id)
    try:
        if not order.has_begun:
            state = _begin(order, job, memory, guided, now)
            singly, in_batches = _predicted(state)
            check_affordable(job.project_id, singly, in_batches=in_batches)
        if order.is_cancelled:
            memory.cancel_import(import_id)
            return ImportStep(reason=CANCELLED)
        state = memory.advance_import(
            import_id,
            give_up=job.attempts >= settings.JOB_ATTEMPTS,
            on_part=lambda: extend_lease(now()),
        )
    except LanguageModelFailed as error:
        # Asked once more it would refuse again; what came of it so far is told.
        return ImportStep(reason=f"{error}; {_KEPT}")
    if state.is_over:
        return ImportStep(reason="; ".join(state.tally.notes))
    return ImportStep(_LOOK_AGAIN_AFTER if state.stages[ImportStage.ASKED] else timedelta())


def _begin(
    order: ImportOrder,
    job: Job,
    memory: Memory,
    guided: tuple[Guidance, str | None],
    now: Callable[[], datetime],
) -> ImportState:
    guidance, timezone = guided
    told = [
        (owner.within(memory), _dated(each))
        for owner, each in zip(order.owners, order.conversations, strict=True)
    ]
    for until in range(_AT_ONCE, len(told) + _AT_ONCE, _AT_ONCE):
        memory.begin_import(
            str(job.id),
            told[:until],
            timezone=timezone,
            metadata=order.metadata,
            expires_at=order.expiry(),
            immutable=order.immutable,
            guidance=guidance,
            batched=order.batched,
        )
        extend_lease(now())
    note_begun(job)
    return memory.import_state(str(job.id))


def _dated(conversation: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Its messages, those without a time at that of the conversation."""
    messages = conversation["messages"]
    at = {"timestamp": conversation["timestamp"]}
    return [{**at, **each} for each in messages] if isinstance(messages, list) else []


def _predicted(state: ImportState) -> tuple[TokenUsage, TokenUsage]:
    """What it takes at the full price, and in batches."""
    nothing = TokenUsage()
    return (nothing, state.predicted) if state.batched else (state.predicted, nothing)


def learned_by(memory: Memory, import_id: str) -> dict[str, object]:
    """By what an import's facts were learned and what that took, as clients read it."""
    state = memory.import_state(import_id)
    tally = state.tally
    results = (added.extractor for _, added in memory.import_results(import_id))
    return {
        "extractor": next((each for each in results if each is not None), None),
        "dropped": dict(tally.dropped),
        "usage": asdict(tally.in_batches + tally.singly),
        "dollars": dollars(tally.singly, in_batches=tally.in_batches),
    }


def import_object(job: Job, memory: Memory) -> dict[str, object]:
    """How an import stands, as clients read it."""
    told: dict[str, object] = {
        "id": str(job.id),
        "event_id": str(job.id),
        "status": job.status,
        "reason": job.reason or None,
        "error": job.error or None,
        "created_at": job.created_at.isoformat(),
    }
    try:
        state = memory.import_state(str(job.id))
    except NotFound:
        return told
    return told | dict(_counts(state))


def _counts(state: ImportState) -> Iterator[tuple[str, object]]:
    tally = state.tally
    singly, in_batches = _predicted(state)
    yield "parts", {stage.value: state.stages[stage] for stage in ImportStage}
    yield "batched", state.batched
    yield "messages", state.messages
    yield "questions", state.questions
    yield "memories", tally.memories
    yield "repeats", tally.repeats
    yield "dropped", dict(tally.dropped)
    yield "asked_again", dict(tally.asked_again)
    yield "predicted", asdict(state.predicted)
    yield "predicted_dollars", dollars(singly, in_batches=in_batches)
    yield "usage", asdict(tally.in_batches + tally.singly)
    yield "dollars", dollars(tally.singly, in_batches=tally.in_batches)
