"""Accepting jobs, taking them, and saying what became of them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least

from controlplane.audit.actions import Action
from controlplane.audit.callers import SYSTEM, acting_as, current_caller
from controlplane.audit.services import record_in
from controlplane.health.metrics import count_add
from controlplane.jobs import Work, wake_workers
from memories.ingest.marks import marks
from memories.ingest.models import Job, JobFile, JobKind, JobStatus, Lane, Participant, Queue
from memories.ingest.orders import AddOrder, DeleteOrder, ImportOrder, Order, Owner, owners_in

_LONGEST_WAIT: Final = timedelta(minutes=5)
_USUAL_URGENCY: Final = 1
# How long a lane rests whose job has to wait for another's.
_PAUSE: Final = timedelta(milliseconds=200)
_ACCEPTED: Final[Mapping[JobKind, Action]] = {
    JobKind.ADD: Action.ADD_ACCEPTED,
    JobKind.IMPORT: Action.ADD_ACCEPTED,
    JobKind.DELETE: Action.DELETION_ACCEPTED,
    JobKind.CONSOLIDATE: Action.CONSOLIDATION_ACCEPTED,
    JobKind.PROFILE: Action.PROFILE_ACCEPTED,
}
_DONE: Final[Mapping[str, Action]] = {
    JobKind.ADD: Action.MEMORY_ADDED,
    JobKind.IMPORT: Action.MEMORY_ADDED,
    JobKind.DELETE: Action.MEMORY_DELETED,
    JobKind.CONSOLIDATE: Action.MEMORIES_CONSOLIDATED,
}
_DIED: Final = "Every attempt ended with the death of the process that made it."


@transaction.atomic
def accept(order: Order, *, project_id: UUID, now: datetime, job_id: UUID | None = None) -> Job:
    """Keep a job; once the transaction is through, it is done or reported as failed.

    Args:
        order: what to do.
        project_id: whose.
        now: when it was accepted.
        job_id: the id it has each time that the same request comes; a new one if None.
    """
    known = None if job_id is None else Job.objects.filter(id=job_id, project_id=project_id).first()
    if known is not None:
        return known
    lane_id = _stand_in_line(order, project_id, now)
    job = Job.objects.create(
        id=job_id or uuid4(),
        lane_id=lane_id,
        project_id=project_id,
        kind=order.kind,
        actor=current_caller().actor,
        order=order.as_row(),
        created_at=now,
        updated_at=now,
    )
    if isinstance(order, AddOrder):
        files = (JobFile(job=job, number=at, content=each) for at, each in enumerate(order.files))
        JobFile.objects.bulk_create(files)
    if isinstance(order, AddOrder | ImportOrder):
        for owner in order.owners if isinstance(order, ImportOrder) else [order.owner]:
            meet(owner, project_id=project_id, now=now)
            transaction.on_commit(count_add)
    record_in(project_id, _ACCEPTED[order.kind], [job.id])
    if order.kind != JobKind.IMPORT:
        # An import waits for hours, and what it told is in the store by then.
        transaction.on_commit(partial(marks().put, project_id, job.number), robust=True)
    wake_workers(Work.JOBS)
    return job


def _stand_in_line(order: Order, project_id: UUID, now: datetime) -> int:
    """Count one more job in its lane and queue, which begin with their first; gives the lane."""
    lanes = Lane.objects.filter(queue_id=project_id, scope=order.lane)
    lane_id = lanes.values_list("id", flat=True).first()
    if lane_id is None:
        Queue.objects.get_or_create(project_id=project_id, defaults={"served_at": now})
        lane, _ = Lane.objects.get_or_create(
            queue_id=project_id, scope=order.lane, defaults={"touched_at": now}
        )
        lane_id = lane.id
    # First the lane and then the queue, as whoever finishes a job does: Postgres locks each row.
    Lane.objects.filter(id=lane_id).update(
        waiting=F("waiting") + 1, urgency=Least(F("urgency"), order.urgency)
    )
    Queue.objects.filter(project_id=project_id).update(waiting=F("waiting") + 1)
    return lane_id


def meet(owner: Owner, *, project_id: UUID, now: datetime) -> None:
    """Remember whom the project was told of."""
    for kind, name in owner.named().items():
        named = {"project_id": project_id, "kind": kind, "name": name}
        if not Participant.objects.filter(**named).update(updated_at=now):
            Participant.objects.get_or_create(
                **named, defaults={"created_at": now, "updated_at": now}
            )


def dismiss(owner: Owner, *, project_id: UUID) -> None:
    """Forget whom the project was told of."""
    for kind, name in owner.named().items():
        Participant.objects.filter(project_id=project_id, kind=kind, name=name).delete()


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker, and nobody else until the lease runs out, may do.

    Attributes:
        holder: proves it when the job is finished.
    """

    job: Job
    holder: str


def take_next(*, now: datetime) -> Claim | None:
    """The next job: of the project that was served longest ago, the most urgent and oldest lane.

    Safe for any number of workers: a lane is taken by a single conditional update.
    """
    passed: list[UUID] = []
    for queue in Queue.objects.filter(waiting__gt=0).order_by("served_at")[:_PROJECTS_TRIED]:
        lanes = Lane.objects.filter(_free(now), queue=queue, waiting__gt=0)
        for lane in lanes.order_by("urgency", "touched_at")[:_LANES_TRIED]:
            claim = _take(lane, now)
            if claim is not None:
                return claim
        passed.append(queue.project_id)
    if len(passed) == _PROJECTS_TRIED:
        # All of these are busy or resting: the next look begins behind them.
        Queue.objects.filter(project_id__in=passed).update(served_at=now)
    return None


def _free(now: datetime) -> Q:
    """Lanes that nobody holds, and that do not rest after a failed attempt."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


_OPEN: Final = (JobStatus.PENDING, JobStatus.RUNNING)
# How many are looked at before a worker goes back to sleep; others may be taking the first ones.
_PROJECTS_TRIED: Final = 50
_LANES_TRIED: Final = 20


@transaction.atomic
def _take(lane: Lane, now: datetime) -> Claim | None:
    holder = secrets.token_hex(16)
    taken = Lane.objects.filter(_free(now), id=lane.id, holder=lane.holder).update(
        holder=holder,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        touched_at=now,
    )
    if not taken:
        return None
    job = lane.jobs.filter(status__in=_OPEN).order_by("number").first()
    if job is None or _must_wait(job):
        rests_until = None if job is None else now + _PAUSE
        Lane.objects.filter(id=lane.id, holder=holder).update(holder="", lease_until=rests_until)
        return None
    if job.attempts >= settings.JOB_ATTEMPTS:
        # Whoever tried it died each time, and may have taken others along.
        _finish(Claim(job, holder), now, status=JobStatus.FAILED, error=_DIED)
        return None
    job.status, job.started_at, job.updated_at = JobStatus.RUNNING, now, now
    job.attempts += 1
    job.save(update_fields=["status", "attempts", "started_at", "updated_at"])
    Queue.objects.filter(project_id=job.project_id).update(served_at=now)
    return Claim(job, holder)


def _must_wait(job: Job) -> bool:
    """True while a job of another lane, accepted earlier, has to be over first.

    What was told before a deletion must not be learned after it, nor what was told after it be
    deleted.
    """
    earlier = Job.objects.filter(project_id=job.project_id, number__lt=job.number)
    if job.kind == JobKind.DELETE:
        order = DeleteOrder.from_row(job.order)
        begun = earlier.exclude(kind=JobKind.DELETE).filter(status=JobStatus.RUNNING)
        return any(order.reaches(owner) for each in begun for owner in owners_in(each.order))
    owners = owners_in(job.order)
    deletions = earlier.filter(kind=JobKind.DELETE, status__in=_OPEN)
    orders = [DeleteOrder.from_row(each.order) for each in deletions]
    return any(order.reaches(owner) for order in orders for owner in owners)


@transaction.atomic
def succeed(
    claim: Claim,
    results: list[dict[str, object]],
    *,
    reason: str,
    now: datetime,
    learning: Mapping[str, object] | None = None,
) -> bool:
    """Say what became of a job. What it was told is not kept any longer.

    Returns:
        False if another took the job over: then that one says what became of it.
    """
    is_ours = _finish(
        claim,
        now,
        status=JobStatus.SUCCEEDED,
        results=results,
        learning=dict(learning or {}),
        reason=reason,
        error="",
    )
    if is_ours:
        _record_done(claim.job, results)
    return is_ours


def _record_done(job: Job, results: list[dict[str, object]]) -> None:
    """On behalf of whoever had the job accepted."""
    changed = [result["id"] for result in results if result["event"] != "NOOP"]
    if changed or job.kind == JobKind.DELETE:
        with acting_as(job.actor or SYSTEM):
            record_in(job.project_id, _DONE[job.kind], [job.id, *changed])


@transaction.atomic
def fail(
    claim: Claim, error: str, *, final: bool, now: datetime, pause: timedelta = timedelta()
) -> bool:
    """Say why a job failed; unless that is final or it was tried often enough, it comes again.

    Args:
        claim: the job.
        error: what went wrong, for people.
        final: it would go wrong again.
        now: when.
        pause: it comes no sooner than after that.

    Returns:
        True if it comes again.
    """
    attempts = claim.job.attempts
    if final or attempts >= settings.JOB_ATTEMPTS:
        _finish(claim, now, status=JobStatus.FAILED, error=error)
        return False
    delay = min(_LONGEST_WAIT, max(pause, timedelta(seconds=2.0**attempts)))
    if _release(claim, now, rests_until=now + delay):
        Job.objects.filter(number=claim.job.number).update(
            status=JobStatus.PENDING, error=error, not_before=now + delay, updated_at=now
        )
    return True


@transaction.atomic
def rest(claim: Claim, *, until: datetime, now: datetime) -> None:
    """Let a job go that has to wait for others; that it was begun so often is not held against it.

    Args:
        claim: the job.
        until: nobody takes it before.
        now: when.
    """
    if _release(claim, now, rests_until=until):
        Job.objects.filter(number=claim.job.number).update(
            status=JobStatus.PENDING, error="", attempts=0, not_before=until, updated_at=now
        )


@transaction.atomic
def cancel_import(job: Job, *, now: datetime) -> None:
    """Call an import off, as soon as nobody is at it; one that is over stays as it is."""
    current = Job.objects.select_for_update().get(number=job.number)
    if current.status not in _OPEN:
        return
    current.order = {**current.order, "is_cancelled": True}
    current.save(update_fields=["order"])
    Lane.objects.filter(id=job.lane_id, holder="").update(lease_until=None, touched_at=now)
    wake_workers(Work.JOBS)


@transaction.atomic
def note_begun(job: Job) -> None:
    """Take the words out of an import's order: they are kept."""
    current = Job.objects.select_for_update().get(number=job.number)
    current.order = ImportOrder.from_row(current.order).begun().as_row()
    current.save(update_fields=["order"])


def _finish(claim: Claim, now: datetime, **changes: object) -> bool:
    """Close a job; whose it was is kept, and nothing that was said."""
    if not _release(claim, now):
        # Another took the job over and will say what became of it.
        return False
    job = claim.job
    JobFile.objects.filter(job=job).delete()
    Job.objects.filter(number=job.number).update(
        order={"owner": job.order["owner"]},
        answer="",
        completed_at=now,
        updated_at=now,
        **changes,
    )
    Queue.objects.filter(project_id=job.project_id).update(waiting=F("waiting") - 1)
    Lane.objects.filter(id=job.lane_id).update(waiting=F("waiting") - 1)
    # The most urgent job may be gone; a lane that is empty has the usual urgency again.
    Lane.objects.filter(id=job.lane_id, waiting=0).update(urgency=_USUAL_URGENCY)
    transaction.on_commit(partial(marks().take_away, job.project_id, job.number), robust=True)
    return True


def _release(claim: Claim, now: datetime, *, rests_until: datetime | None = None) -> bool:
    """Give the lane back; False if the lease ran out and somebody else holds it."""
    return bool(
        Lane.objects.filter(id=claim.job.lane_id, holder=claim.holder).update(
            holder="", lease_until=rests_until, touched_at=now
        )
    )
