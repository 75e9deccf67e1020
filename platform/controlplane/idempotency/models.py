"""Requests that carried an idempotency key, with what they were answered."""

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """One key of one caller on one address. The row itself is the lock.

    Attributes:
        scope: digest of caller, address and key.
        asked: digest of the request's body.
        project_id: whose key it was; what is deleted of a project takes its answers along.
        status: of the answer; null while it is in the making.
        answer: its body.
        busy_until: whoever was making the answer is taken for dead from then on.
    """

    scope = models.CharField(max_length=64, primary_key=True)
    asked = models.CharField(max_length=64)
    project_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(default=b"")
    busy_until = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="kept_answer_expiry")
        ]

    def __str__(self) -> str:
        return self.scope
