"""From the words of a header to who is asking.

A key that was verified is remembered for `FRESH_SECONDS`, in memory: a request with it asks the
database nothing. That is also how long another process may go on taking a key that was revoked.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.tokens import digest_of, is_token

FRESH_SECONDS: Final = 1.0
_MOST_REMEMBERED: Final = 10_000
# How exactly it is kept when a key was last used.
_USED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a key, and what it opens. Minted here alone.

    Attributes:
        scopes: of `models.KeyScope`.
        default_user_id: whom an agent's memories are about unless it says otherwise; may be empty.
        is_provisional: an agent's, whom nobody has claimed yet.
        decays: its project wants memories to fade that were said long ago and not again.
        expires_at: when the key ends by itself.
    """

    key_id: UUID
    project_id: UUID
    organization_id: UUID
    scopes: frozenset[str]
    default_user_id: str
    is_provisional: bool
    decays: bool
    expires_at: datetime | None

    # What Django and its libraries ask of whoever makes a request.
    is_authenticated: Final = True
    is_active: Final = True


class _Remembered:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_digest: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    def get(self, digest: bytes) -> Principal | None:
        with self._lock:
            fresh_until, principal = self._by_digest.get(digest, (0.0, None))
        return principal if time.monotonic() < fresh_until else None

    def keep(self, digest: bytes, principal: Principal) -> None:
        with self._lock:
            self._by_digest[digest] = (time.monotonic() + FRESH_SECONDS, principal)
            self._by_digest.move_to_end(digest)
            while len(self._by_digest) > _MOST_REMEMBERED:
                self._by_digest.popitem(last=False)

    def forget(self, digest: bytes) -> None:
        with self._lock:
            self._by_digest.pop(digest, None)


_REMEMBERED: Final = _Remembered()


def verify(token: str) -> Principal | None:
    """Who holds the key; None for what is no key, or one that is revoked or has expired."""
    # A checksum that is off costs no hash and no query.
    if not is_token(token):
        return None
    digest = digest_of(token)
    now = timezone.now()
    principal = _REMEMBERED.get(digest)
    if principal is None:
        principal = _look_up(digest, now)
        if principal is None:
            return None
        _REMEMBERED.keep(digest, principal)
    is_over = principal.expires_at is not None and principal.expires_at <= now
    return None if is_over else principal


def forget_verified(digest: bytes) -> None:
    """Let the next request with that key ask the database."""
    _REMEMBERED.forget(digest)


def _look_up(digest: bytes, now: datetime) -> Principal | None:
    key = (
        ApiKey.objects.select_related("project")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=digest, revoked_at=None)
        .first()
    )
    if key is None:
        return None
    if key.last_used_at is None or key.last_used_at < now - _USED_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return Principal(
        key_id=key.id,
        project_id=key.project_id,
        organization_id=key.project.organization_id,
        scopes=frozenset(key.scopes),
        default_user_id=key.default_user_id,
        is_provisional=key.is_provisional,
        decays=key.project.settings.get("decay") is True,
        expires_at=key.expires_at,
    )
