"""Reading jobs and participants, always of one project."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet, Sum

from memories.ingest.models import Job, JobKind, JobStatus, Participant, Queue


def job_of(job_id: UUID, *, project_id: UUID) -> Job | None:
    """A project's job by its id."""
    return Job.objects.filter(id=job_id, project_id=project_id).first()


def jobs_of(
    project_id: UUID,
    *,
    kind: str = "",
    status: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Job]:
    """A project's jobs, newest first.

    Args:
        project_id: whose.
        kind: of `models.JobKind`; any if empty.
        status: of `models.JobStatus`; any if empty.
        since: accepted then or later.
        until: accepted then or earlier.
    """
    found = Job.objects.filter(project_id=project_id).order_by("-number")
    if kind:
        found = found.filter(kind=kind)
    if status:
        found = found.filter(status=status)
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lte=until)
    return found


def work_waits() -> bool:
    """True if there is a job that is not over; somebody may be doing it."""
    return Queue.objects.filter(waiting__gt=0).exists()


def count_waiting() -> int:
    """How many jobs are not over."""
    found: Mapping[str, int | None] = Queue.objects.aggregate(count=Sum("waiting"))
    return found["count"] or 0


def oldest_waiting() -> datetime | None:
    """When the job that waits longest was accepted; None if none waits.

    Imports wait for a provider, however many workers there are.
    """
    waiting = Job.objects.filter(status__in=[JobStatus.PENDING, JobStatus.RUNNING])
    waiting = waiting.exclude(kind=JobKind.IMPORT)
    found: Mapping[str, datetime | None] = waiting.aggregate(oldest=Min("created_at"))
    return found["oldest"]


def participants_of(project_id: UUID) -> QuerySet[Participant]:
    """Whom a project was told of, in order of first mention."""
    return Participant.objects.filter(project_id=project_id).order_by("id")
