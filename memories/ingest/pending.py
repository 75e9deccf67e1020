"""Messages that are accepted and not learned yet, so that searches find them by their words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from memories import InvalidInput
from memories.engine.domain import OwnedMessage, Scope
from memories.engine.ingestion.pending import read_pending
from memories.engine.text.zones import zone_of
from memories.ingest.marks import marks
from memories.ingest.models import Job, JobKind, JobStatus
from memories.ingest.orders import IDS, AddOrder

OPEN: Final = (JobStatus.PENDING, JobStatus.RUNNING)
# Of one scope: more than any search shows.
_MOST_JOBS: Final = 200


@dataclass(frozen=True, slots=True)
class PendingOfProject:
    """The port's adapter over the job table."""

    project_id: UUID

    def within(self, scope: Scope) -> Sequence[OwnedMessage]:
        """As the port says. Where nothing waits, no SQL is awaited."""
        if not marks().any_of(self.project_id):
            return ()
        everyone = scope.everyone
        named = {f"order__owner__{kind}": name for kind in IDS if (name := getattr(scope, kind))}
        jobs = self._jobs().filter(**named)[:_MOST_JOBS]
        return [message for job in jobs for message in _messages_of(job, everyone)]

    def message(self, message_id: str, *, everyone: Scope) -> OwnedMessage | None:
        """One of them.

        Args:
            message_id: which.
            everyone: the scope of the whole project.
        """
        if not marks().any_of(self.project_id):
            return None
        messages = (each for job in self._jobs().iterator() for each in _messages_of(job, everyone))
        return next((each for each in messages if each.message.id == message_id), None)

    def _jobs(self) -> QuerySet[Job]:
        return Job.objects.filter(
            project_id=self.project_id, kind=JobKind.ADD, status__in=OPEN
        ).order_by("-number")


def _messages_of(job: Job, everyone: Scope) -> Sequence[OwnedMessage]:
    order = AddOrder.from_row(job.order)
    try:
        return read_pending(
            order.told_in_words(),
            scope=replace(everyone, **order.owner.named()),
            seed=order.seed,
            accepted_at=job.created_at,
            said_at=order.instant(),
            zone=zone_of(order.timezone),
            metadata=order.metadata,
            expires_at=order.expiry(),
        )
    except InvalidInput:
        # Its job will say so.
        return ()
