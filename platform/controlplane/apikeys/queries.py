"""What is asked of keys."""

from uuid import UUID

from django.db.models import QuerySet

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.verification import Principal


def keys_seen_by(principal: Principal) -> "QuerySet[ApiKey]":
    """The keys of its project, newest first; also those that are good no longer."""
    return ApiKey.objects.filter(project_id=principal.project_id).order_by("-created_at", "id")


def creator_of(principal: Principal) -> UUID | None:
    """The person who made the key; None for an agent's and for one whose maker is gone."""
    return (
        ApiKey.objects.filter(id=principal.key_id).values_list("created_by_id", flat=True).first()
    )
