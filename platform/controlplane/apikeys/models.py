"""Keys as they are kept."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from controlplane.organizations.models import Project


class KeyScope(models.TextChoices):
    """What a key may do."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ADMIN = "admin"


class ApiKey(models.Model):
    """A key of one project.

    Attributes:
        digest: `tokens.digest_of` it; the key itself is nowhere.
        last_four: its last characters, for people to tell keys apart.
        scopes: of `KeyScope`.
        default_user_id: whom an agent's memories are about unless it says otherwise.
        is_provisional: an agent registered itself with it and nobody has claimed it: small quotas.
        rotated_to: the key that replaces this one, which stays good until `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32, unique=True)
    last_four = models.CharField(max_length=4)
    scopes = models.JSONField()
    default_user_id = models.CharField(max_length=256, blank=True, default="")
    is_provisional = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    rotated_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "created_at"], name="key_by_project")
        ]

    def __str__(self) -> str:
        return str(self.id)
