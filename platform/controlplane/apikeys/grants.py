"""Keys that a key asks for: never more than it holds itself, never for longer."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.queries import creator_of
from controlplane.apikeys.services import IssuedKey, issue_key, rotate_key
from controlplane.apikeys.verification import Principal


class MoreThanHeld(Exception):
    """The asking key lacks a scope, or ends earlier."""


class NotRotatable(Exception):
    """The key is good no longer, or has a successor."""


def grant_key(
    principal: Principal, *, name: str, scopes: Collection[str], expires_at: datetime | None
) -> IssuedKey:
    """A new key of the asking key's project; without an end of its own it ends with that.

    Raises:
        MoreThanHeld: it would hold more, or be good for longer.
    """
    expires_at = principal.expires_at if expires_at is None else expires_at
    _check_held(principal, scopes, expires_at)
    return issue_key(
        principal.project_id,
        name=name,
        scopes=scopes,
        expires_at=expires_at,
        created_by=creator_of(principal),
    )


@transaction.atomic
def grant_successor(
    principal: Principal, key: ApiKey, *, overlap: timedelta, now: datetime
) -> IssuedKey:
    """A successor of a key, which stays good for the overlap.

    Raises:
        MoreThanHeld: it would hold more, or be good for longer.
        NotRotatable: the key is over, or has a successor.
    """
    kept = ApiKey.objects.select_for_update().get(id=key.id)
    _check_held(principal, kept.scopes, kept.expires_at)
    if kept.revoked_at is not None or (kept.expires_at is not None and kept.expires_at <= now):
        raise NotRotatable("The key is good no longer. Make a new one.")
    if kept.rotated_to_id is not None:
        raise NotRotatable("The key was rotated already. Rotate its successor.")
    return rotate_key(kept, now=now, overlap=overlap)


def _check_held(principal: Principal, scopes: Collection[str], expires_at: datetime | None) -> None:
    lacking = sorted(set(scopes) - principal.scopes)
    if lacking:
        raise MoreThanHeld(f"The asking key lacks {', '.join(lacking)}, so it can't give that.")
    ends = principal.expires_at
    if ends is not None and (expires_at is None or expires_at > ends):
        raise MoreThanHeld("The key would be good for longer than the asking one.")
