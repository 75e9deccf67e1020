"""Who wants to be told of what, and what they are still to be told."""

import uuid
from typing import ClassVar

from django.db import models

from controlplane.organizations.models import Project


class EventType(models.TextChoices):
    """What an endpoint can be told of."""

    MEMORY_ADD = "memory_add"
    MEMORY_UPDATE = "memory_update"
    MEMORY_DELETE = "memory_delete"
    MEMORY_CATEGORIZE = "memory_categorize"
    INGEST_JOB_COMPLETED = "ingest_job_completed"
    INGEST_JOB_PARTIALLY_COMPLETED = "ingest_job_partially_completed"
    INGEST_JOB_FAILED = "ingest_job_failed"
    INGEST_JOB_CANCELLED = "ingest_job_cancelled"


class Endpoint(models.Model):
    """A URL that a project's events are sent to.

    Attributes:
        event_types: of `EventType`; others are not sent there.
        secret: signs what is sent: `whsec_` and Base64. Kept as it is, as signing needs it.
        previous_secret: signs as well until `previous_secret_until`, after a rotation.
        is_active: switched off by its owner, or because it said that it is gone.
        served_at: when it was last sent something: who waits longest comes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhook_endpoints")
    name = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    event_types = models.JSONField()
    secret = models.CharField(max_length=100)
    previous_secret = models.CharField(max_length=100, blank=True, default="")
    previous_secret_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    served_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class DeliveryStatus(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Delivery(models.Model):
    """One event on its way to one endpoint.

    The row is the truth; whatever wakes a sender only wakes it.

    Attributes:
        id: the message's id, the same at every attempt.
        body: as it is sent, and as it is signed.
        attempts: how often it was sent, or tried to be.
        last_status: the HTTP status of the last answer; None if there was none.
        last_error: what went wrong in the last attempt, for people; never what the receiver said.
        holder: who sends it now; nobody if empty.
        lease_until: from then on another may send it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_type = models.CharField(max_length=40, choices=EventType.choices)
    body = models.TextField()
    status = models.CharField(
        max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.TextField(blank=True, default="")
    holder = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(status="PENDING"),
                name="delivery_pending",
            ),
            models.Index(fields=["endpoint", "-created_at"], name="delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return str(self.id)
