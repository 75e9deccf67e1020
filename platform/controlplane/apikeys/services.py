"""Issuing, rotating and revoking keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from controlplane.apikeys.models import ApiKey, KeyScope
from controlplane.apikeys.tokens import digest_of, new_token
from controlplane.apikeys.verification import forget_verified
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in

ALL_SCOPES: Final = tuple(scope.value for scope in KeyScope)
# How long a rotated key stays good beside its successor.
ROTATION_OVERLAP: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key; the only time that `token` can be read."""

    key: ApiKey
    token: str


@transaction.atomic
def issue_key(
    project_id: UUID,
    *,
    name: str,
    scopes: Collection[str] = ALL_SCOPES,
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
    default_user_id: str = "",
    is_provisional: bool = False,
) -> IssuedKey:
    """A new key of a project."""
    token = new_token()
    key = ApiKey.objects.create(
        project_id=project_id,
        name=name,
        digest=digest_of(token),
        last_four=token[-4:],
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by_id=created_by,
        default_user_id=default_user_id,
        is_provisional=is_provisional,
    )
    record_in(project_id, Action.KEY_ISSUED, [key.id])
    return IssuedKey(key, token)


@transaction.atomic
def rotate_key(key: ApiKey, *, now: datetime, overlap: timedelta = ROTATION_OVERLAP) -> IssuedKey:
    """A successor with the same rights; the old key stays good for the overlap."""
    issued = issue_key(
        key.project_id,
        name=key.name,
        scopes=key.scopes,
        expires_at=key.expires_at,
        created_by=key.created_by_id,
        default_user_id=key.default_user_id,
        is_provisional=key.is_provisional,
    )
    ends = now + overlap
    key.rotated_to = issued.key
    key.expires_at = ends if key.expires_at is None else min(key.expires_at, ends)
    key.save(update_fields=["rotated_to", "expires_at"])
    record_in(key.project_id, Action.KEY_ROTATED, [key.id, issued.key.id])
    forget_verified(bytes(key.digest))
    return issued


def revoke_key(key: ApiKey, *, now: datetime) -> None:
    """End a key: this process refuses it at once, others when what they remember runs out."""
    with transaction.atomic():
        if ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=now):
            record_in(key.project_id, Action.KEY_REVOKED, [key.id])
    forget_verified(bytes(key.digest))
