"""Doing jobs."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now as current_time

from controlplane.health.metrics import count_job
from controlplane.organizations.models import Project
from controlplane.tracing.spans import SPANS
from memories import (
    AddResult,
    EmbedderError,
    InvalidInput,
    LanguageModelBusy,
    LanguageModelError,
    Memory,
    Preview,
    ReadingUsage,
    RemembrancerError,
)
from memories.engine.domain import Guidance
from memories.ingest.consolidating import (
    NOTHING,
    consolidated,
    looking_of,
    note_change,
    results_of,
)
from memories.ingest.copies import forget_copies
from memories.ingest.guiding import guidance_of
from memories.ingest.importing import advance, learned_by
from memories.ingest.leases import doing
from memories.ingest.models import Job, JobFile, JobKind, JobStatus
from memories.ingest.orders import (
    AddOrder,
    ConsolidateOrder,
    DeleteOrder,
    ImportOrder,
    Owner,
    ProfileOrder,
    order_of,
    owners_in,
)
from memories.ingest.profiling import build
from memories.ingest.projects import PROJECTS
from memories.ingest.services import Claim, fail, rest, succeed, take_next
from memories.ingest.spending import dollars, reading_dollars
from memories.ingest.telling import tell_done, tell_failed
from memories.ingest.together import ask_together

_logger = logging.getLogger("remembrancer.jobs")
_BUG: Final = "The server failed to do it; the failure is in its log."
_STORE: Final = "The project's memories could not be written."
_MODELS: Final[dict[type[RemembrancerError], str]] = {
    EmbedderError: "The embedding model could not be used.",
    LanguageModelError: "The language model that learns, or reads files, could not be asked.",
}
# Why a job stored nothing that a deletion overtook.
VOIDED: Final = "deleted before it was learned"
Results = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Done:
    """What a job did.

    Attributes:
        results: what became of each memory.
        reason: why nothing was stored, or less than was told.
        learning: by which extractor, what it dropped and what it took.
    """

    results: Results = field(default_factory=list)
    reason: str = ""
    learning: dict[str, object] = field(default_factory=dict)


def work_once(*, now: Callable[[], datetime] = current_time) -> bool:
    """Do the next job, if there is one.

    Returns:
        True if there was.
    """
    claim = take_next(now=now())
    if claim is None:
        return False
    extra = {"job": str(claim.job.id), "kind": claim.job.kind, "attempt": claim.job.attempts}
    try:
        with doing(claim):
            done = _do(claim.job, now)
    except InvalidInput as error:
        _logger.warning("a job can't be done: %s", type(error).__name__, extra=extra)
        _fail(claim, str(error), final=True, now=now())
    except RemembrancerError as error:
        # A full disk, a model or another process in the way: all of that may pass.
        _logger.warning("a job failed: %s", type(error).__name__, extra=extra)
        _fail(claim, _passing(error), final=False, now=now(), pause=_pause(error))
    except Exception:
        # Whatever it is, the job must not stand as running, and the worker goes on.
        _logger.exception("a job failed", extra=extra)
        _fail(claim, _BUG, final=False, now=now())
    else:
        if isinstance(done, timedelta):
            rest(claim, until=now() + done, now=now())
            return True
        _succeed(claim, done, now=now())
        count_job(claim.job.kind, "succeeded")
        _logger.info("a job is done", extra=extra)
    return True


def _succeed(claim: Claim, done: Done, *, now: datetime) -> None:
    results = _without_words(done.results)
    with transaction.atomic():
        if succeed(claim, results, reason=done.reason, learning=done.learning, now=now):
            was_voided = done.reason == VOIDED
            tell_done(claim.job, done.results, was_voided=was_voided, now=now)
            learned = claim.job.kind in (JobKind.ADD, JobKind.IMPORT) and done.results
            if claim.job.kind == JobKind.DELETE or learned:
                for owner in owners_in(claim.job.order):
                    note_change(claim.job.project_id, owner, now=now)


def _passing(error: RemembrancerError) -> str:
    """What went wrong, for people."""
    return next((said for kind, said in _MODELS.items() if isinstance(error, kind)), _STORE)


def _pause(error: RemembrancerError) -> timedelta:
    """How long to wait at least before it is tried again."""
    asked = error.retry_after if isinstance(error, LanguageModelBusy) else None
    return timedelta(seconds=asked or 0.0)


def _without_words(results: Results) -> Results:
    """As they are kept: whoever asks reads the words in the memories, while those are there."""
    return [
        {name: value for name, value in result.items() if name not in ("memory", "data")}
        for result in results
    ]


def _fail(
    claim: Claim, error: str, *, final: bool, now: datetime, pause: timedelta = timedelta()
) -> None:
    with transaction.atomic():
        comes_again = fail(claim, error, final=final, now=now, pause=pause)
        if not comes_again:
            tell_failed(claim.job, error, now=now)
    count_job(claim.job.kind, "again" if comes_again else "failed")


def _do(job: Job, now: Callable[[], datetime]) -> Done | timedelta:
    with SPANS.job(job.kind, job_id=str(job.id), attempt=job.attempts):
        return _done(job, now)


def _done(job: Job, now: Callable[[], datetime]) -> Done | timedelta:
    """What the job did; or, if it is not over, how long it has to wait for others."""
    project = Project.objects.only("organization_id", "settings").get(id=job.project_id)
    order = order_of(job.kind, job.order)
    with PROJECTS.use(job.project_id, organization_id=project.organization_id) as memory:
        if isinstance(order, DeleteOrder):
            return _delete(order, job, memory)
        if isinstance(order, ImportOrder):
            return _import(order, job, memory, project.settings, now)
        if isinstance(order, ConsolidateOrder):
            return _consolidate(order, job, memory, project.settings)
        if isinstance(order, ProfileOrder):
            wanted, at = project.settings, current_time()
            reason, learning = build(order, memory, wanted, project_id=job.project_id, now=at)
            return Done(reason=reason, learning=learning)
        return _add(order, job, memory, project.settings)


def _add(order: AddOrder, job: Job, memory: Memory, wanted: Mapping[str, object]) -> Done:
    """Keep and learn, as the project's settings want it."""
    if not order.messages:
        return Done(reason=job.reason)
    if order.sums_up:
        return _sum_up(order, job, memory, wanted)
    guidance, timezone = _wanted(order, wanted)
    ask_together(order, job, memory, guidance=guidance, timezone=timezone)
    files = JobFile.objects.filter(job=job).order_by("number").values_list("content", flat=True)
    added = memory.add(
        order.told([bytes(each) for each in files]),
        scope=order.owner.within(memory),
        timestamp=order.instant(),
        metadata=order.metadata,
        categories=order.categories,
        expires_at=order.expiry(),
        immutable=order.immutable,
        infer=order.infer,
        guidance=guidance,
        # Tried for the last time, what was told is kept without what could be learned from it.
        give_up=job.attempts >= settings.JOB_ATTEMPTS,
        timezone=timezone,
        job_id=str(job.id),
        seed=order.seed,
    )
    return Done(_outcomes(added, order.owner), added.reason or "", learning_of(added))


def _sum_up(order: AddOrder, job: Job, memory: Memory, wanted: Mapping[str, object]) -> Done:
    """Keep messages of a run, and sum it up; one without a name is that of the job."""
    run = replace(order.owner, run=order.owner.run or str(job.id))
    summed = memory.summarize_run(
        list(order.messages),
        scope=run.within(memory),
        timestamp=order.instant(),
        timezone=_wanted(order, wanted)[1],
        metadata=order.metadata,
        categories=order.categories,
        expires_at=order.expiry(),
        give_up=job.attempts >= settings.JOB_ATTEMPTS,
        job_id=str(job.id),
        seed=order.seed,
    )
    agent = replace(run, run=None)
    return Done(_outcomes(summed, agent), summed.reason or "", learning_of(summed))


def _import(
    order: ImportOrder,
    job: Job,
    memory: Memory,
    wanted: Mapping[str, object],
    now: Callable[[], datetime],
) -> Done | timedelta:
    """One step of an import; once it is over, what all of it came to."""
    step = advance(order, job, memory, guided=_wanted(order, wanted), now=now)
    if step.pause is not None:
        return step.pause
    results = [
        result
        for whose, added in memory.import_results(str(job.id))
        for result in _outcomes(added, Owner.of(whose))
    ]
    return Done(results, step.reason, learned_by(memory, str(job.id)))


def guided(order: AddOrder, project_id: UUID) -> tuple[Guidance, str | None]:
    """What an add is to learn by its project's settings and its own, and where its speakers are."""
    return _wanted(order, Project.objects.only("settings").get(id=project_id).settings)


def _wanted(
    order: AddOrder | ImportOrder, wanted: Mapping[str, object]
) -> tuple[Guidance, str | None]:
    zone = wanted.get("timezone")
    usual = zone if isinstance(zone, str) else None
    return guidance_of(wanted, order.guidance), order.timezone or usual


def learning_of(done: AddResult | Preview) -> dict[str, object]:
    """By what facts were learned and what that took, as clients read it."""
    if done.extractor is None and not done.reading:
        return {}
    learning: dict[str, object] = {
        "extractor": done.extractor,
        "dropped": dict(done.dropped),
        "usage": asdict(done.usage),
        "dollars": dollars(done.usage),
    }
    return {**learning, "reading": _reading(done.reading)} if done.reading else learning


def _reading(usage: ReadingUsage) -> dict[str, object]:
    """What it took to read files."""
    return {
        "usage": asdict(usage.tokens),
        "heard_seconds": usage.heard_seconds,
        "dollars": reading_dollars(usage),
    }


def _outcomes(added: AddResult, owner: Owner) -> Results:
    """As clients read them: the text both where old and where new ones look for it."""
    named = {f"{kind}_id": name for kind, name in owner.named().items()}
    return [
        {
            "id": outcome.memory_id,
            "event": "NOOP" if outcome.event.value == "MERGE" else outcome.event.value,
            "memory": outcome.text,
            "data": {"memory": outcome.text},
            **({"reason": outcome.reason} if outcome.reason else {}),
            **named,
        }
        for outcome in added.outcomes
    ]


def _consolidate(
    order: ConsolidateOrder, job: Job, memory: Memory, wanted: Mapping[str, object]
) -> Done:
    """Look at memories together, as the project's settings want it."""
    done = consolidated(order, memory, wanted)
    if done.is_more:
        # What a model refuses today, such as over a cap, is asked again in a while.
        note_change(job.project_id, asdict(order.owner), now=current_time())
    results = results_of(done, order.owner)
    return Done(results, done.reason or ("" if results else NOTHING), looking_of(done))


def _delete(order: DeleteOrder, job: Job, memory: Memory) -> Done:
    _void_earlier(order, job)
    if order.everything:
        receipts = [memory.delete_everything()]
    else:
        receipts = [memory.delete_all(scope=each.within(memory)) for each in _whom(order, memory)]
    forget_copies(job.project_id)
    told = sum(each.memories for each in receipts), sum(each.messages for each in receipts)
    return Done(reason=f"deleted {told[0]} memories and {told[1]} messages")


def _whom(order: DeleteOrder, memory: Memory) -> list[Owner]:
    """Whose memories: one owner, or one for each whom the project holds anything of."""
    kind = order.everybody
    if kind is None:
        return [order.owner]
    names = [each.name for each in memory.participants() if each.kind.value == kind]
    return [replace(order.owner, **{kind: name}) for name in names]


def _void_earlier(order: DeleteOrder, job: Job) -> None:
    """What was accepted before and is about the same must not be learned afterwards."""
    earlier = Job.objects.filter(
        project_id=job.project_id, status=JobStatus.PENDING, number__lt=job.number
    )
    for each in earlier.filter(kind=JobKind.IMPORT).iterator():
        left = ImportOrder.from_row(each.order).without(order).as_row()
        Job.objects.filter(number=each.number, status=JobStatus.PENDING).update(order=left)
    for each in earlier.filter(kind=JobKind.ADD).iterator():
        if order.reaches(each.order["owner"]):
            JobFile.objects.filter(job=each).delete()
            # Stays in its lane and is found empty there, so that its place is kept.
            Job.objects.filter(number=each.number, status=JobStatus.PENDING).update(
                order={**each.order, "messages": []}, answer="", reason=VOIDED
            )
