"""Accepting jobs, taking them, and saying what became of them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from controlplane.jobs import wake_workers
from memories.ingest.models import Job, JobKind, JobStatus, Lane, Participant, Queue
from memories.ingest.orders import Order, Owner

_LONGEST_WAIT: Final = timedelta(minutes=5)
_USUAL_URGENCY: Final = 1


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
    queue, _ = Queue.objects.get_or_create(project_id=project_id, defaults={"served_at": now})
    lane, _ = Lane.objects.get_or_create(
        queue=queue, scope=order.owner.digest(), defaults={"touched_at": now}
    )
    Queue.objects.filter(project_id=project_id).update(waiting=F("waiting") + 1)
    Lane.objects.filter(id=lane.id).update(waiting=F("waiting") + 1)
    Lane.objects.filter(id=lane.id, urgency__gt=order.urgency).update(urgency=order.urgency)
    job = Job.objects.create(
        id=job_id or uuid4(),
        lane=lane,
        project_id=project_id,
        kind=order.kind,
        order=order.as_row(),
        created_at=now,
        updated_at=now,
    )
    if order.kind == JobKind.ADD:
        meet(order.owner, project_id=project_id, now=now)
    wake_workers()
    return job


def meet(owner: Owner, *, project_id: UUID, now: datetime) -> None:
    """Remember whom the project was told of."""
    for kind, name in owner.named().items():
        Participant.objects.update_or_create(
            project_id=project_id,
            kind=kind,
            name=name,
            defaults={"updated_at": now},
            create_defaults={"created_at": now, "updated_at": now},
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
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    ripe = Q(not_before=None) | Q(not_before__lte=now)
    for queue in Queue.objects.filter(waiting__gt=0).order_by("served_at")[:_PROJECTS_TRIED]:
        lanes = Lane.objects.filter(free, queue=queue, waiting__gt=0)
        for lane in lanes.order_by("urgency", "touched_at")[:_LANES_TRIED]:
            job = lane.jobs.filter(status__in=_OPEN).order_by("number").first()
            if job is None or not Job.objects.filter(ripe, number=job.number).exists():
                continue
            claim = _take(lane, job, now)
            if claim is not None:
                Queue.objects.filter(project_id=queue.project_id).update(served_at=now)
                return claim
    return None


_OPEN: Final = (JobStatus.PENDING, JobStatus.RUNNING)
# How many are looked at before a worker goes back to sleep; others may be taking the first ones.
_PROJECTS_TRIED: Final = 50
_LANES_TRIED: Final = 20


@transaction.atomic
def _take(lane: Lane, job: Job, now: datetime) -> Claim | None:
    holder = secrets.token_hex(16)
    taken = Lane.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now), id=lane.id, holder=lane.holder
    ).update(
        holder=holder,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        touched_at=now,
    )
    if not taken:
        return None
    # Whoever held the lane before may have finished its job between our look and our update.
    begun = Job.objects.filter(number=job.number, status__in=_OPEN).update(
        status=JobStatus.RUNNING,
        attempts=F("attempts") + 1,
        started_at=now,
        updated_at=now,
    )
    if not begun:
        Lane.objects.filter(id=lane.id, holder=holder).update(holder="", lease_until=None)
        return None
    job.refresh_from_db()
    return Claim(job, holder)


@transaction.atomic
def succeed(claim: Claim, results: list[dict[str, object]], *, reason: str, now: datetime) -> bool:
    """Say what became of a job. What it was told is not kept any longer.

    Returns:
        False if another took the job over: then that one says what became of it.
    """
    return _finish(
        claim,
        now,
        status=JobStatus.SUCCEEDED,
        results=results,
        reason=reason,
        error="",
        order={"owner": claim.job.order["owner"]},
    )


@transaction.atomic
def fail(claim: Claim, error: str, *, final: bool, now: datetime) -> None:
    """Say why a job failed; unless that is final or it was tried often enough, it comes again."""
    attempts = claim.job.attempts
    if final or attempts >= settings.JOB_ATTEMPTS:
        _finish(claim, now, status=JobStatus.FAILED, error=error)
        return
    delay = min(_LONGEST_WAIT, timedelta(seconds=2.0**attempts))
    if _release(claim, now):
        Job.objects.filter(number=claim.job.number).update(
            status=JobStatus.PENDING, error=error, not_before=now + delay, updated_at=now
        )


def _finish(claim: Claim, now: datetime, **changes: object) -> bool:
    if not _release(claim, now):
        # Another took the job over and will say what became of it.
        return False
    job = claim.job
    Job.objects.filter(number=job.number).update(completed_at=now, updated_at=now, **changes)
    Queue.objects.filter(project_id=job.project_id).update(waiting=F("waiting") - 1)
    Lane.objects.filter(id=job.lane_id).update(waiting=F("waiting") - 1)
    # The most urgent job may be gone; a lane that is empty has the usual urgency again.
    Lane.objects.filter(id=job.lane_id, waiting=0).update(urgency=_USUAL_URGENCY)
    return True


def _release(claim: Claim, now: datetime) -> bool:
    """Give the lane back; False if the lease ran out and somebody else holds it."""
    return bool(
        Lane.objects.filter(id=claim.job.lane_id, holder=claim.holder).update(
            holder="", lease_until=None, touched_at=now
        )
    )
