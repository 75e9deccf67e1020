"""What changes what the API keeps, beside its endpoints."""

from datetime import datetime
from uuid import UUID

from memories.api.models import MemoryExport


def forget_expired(now: datetime) -> None:
    """Remove exports that are kept no longer."""
    MemoryExport.objects.filter(expires_at__lte=now).delete()


def forget_of_project(project_id: UUID) -> None:
    """Remove a project's exports: they may say what was deleted."""
    MemoryExport.objects.filter(project_id=project_id).delete()
