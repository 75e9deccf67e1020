"""The extractor's answers, each beside its job until that is over."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from memories.ingest.models import Job, JobStatus


@dataclass(frozen=True, slots=True)
class AnswersOfProject:
    """The port's adapter over the job table."""

    project_id: UUID

    def find(self, job_id: str) -> str | None:
        """As the port says."""
        jobs = Job.objects.filter(id=job_id, project_id=self.project_id)
        return jobs.values_list("answer", flat=True).first() or None

    def save(self, job_id: str, answer: str) -> None:
        """As the port says, for a job that is not over; one that is gets no words again.

        Nor does one that a deletion has overtaken while it waits, which says so as its reason.
        """
        waits = Q(status=JobStatus.PENDING, reason="")
        jobs = Job.objects.filter(waits | Q(status=JobStatus.RUNNING), id=job_id)
        jobs.filter(project_id=self.project_id).update(answer=answer)
