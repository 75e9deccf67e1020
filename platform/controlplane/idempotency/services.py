"""What changes kept answers beside the requests themselves."""

from datetime import datetime
from uuid import UUID

from controlplane.idempotency.models import KeptAnswer


def forget_expired(now: datetime) -> None:
    """Remove answers that are kept no longer."""
    KeptAnswer.objects.filter(expires_at__lte=now).delete()


def forget_of_project(project_id: UUID) -> None:
    """Remove a project's answers, as they may hold what was deleted."""
    KeptAnswer.objects.filter(project_id=project_id, status__isnull=False).delete()
