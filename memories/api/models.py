"""What the API keeps beside memories: opinions of them, exports, jobs on profiles."""

import uuid
from typing import ClassVar

from django.db import models

from controlplane.organizations.models import Project


class Feedback(models.Model):
    """What a project's people think of one memory."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="feedback")
    memory_id = models.UUIDField()
    feedback = models.CharField(max_length=20)
    reason = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "memory_id"], name="feedback_once")
        ]

    def __str__(self) -> str:
        return str(self.id)


class MemoryExport(models.Model):
    """Memories laid out by a schema.

    Attributes:
        filters: digest of what it was asked for, by which the newest is found again.
        answer: the object, as it is answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    filters = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class ProfileJob(models.Model):
    """A request to build profiles anew.

    Attributes:
        entity_ids: of whom.
        jobs: ids of the jobs that build them; none where they are laid out when they are read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="profile_jobs")
    operation = models.CharField(max_length=10)
    entity_ids = models.JSONField()
    # The database's default is for a release before this one, which goes on inserting meanwhile.
    jobs = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
