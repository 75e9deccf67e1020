"""From the words of a header to who is asking.

A key that was verified is remembered for `FRESH_SECONDS`, in memory: a request with it asks the
database nothing. That is also how long another process may go on taking a key that was revoked.
The first request after that looks up with its own key those that were used a moment ago, so that
it is one question a second and not one a key.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
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
# Keys that were sent so long ago are looked up along, and at most so many of them.
_IN_USE_SECONDS: Final = 10.0
_MOST_TOGETHER: Final = 500
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


@dataclass(slots=True)
class _Known:
    """A key that was looked up.

    Attributes:
        looked_up: when, by the monotonic clock; `asked` likewise, by whoever was the last to.
        used: when it was sent, by the same.
        noted: when it was last used, as the database has it.
    """

    principal: Principal
    looked_up: float
    asked: float
    used: float
    noted: datetime | None


class _Remembered:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_digest: OrderedDict[bytes, _Known] = OrderedDict()
        self._forgotten = 0

    def get(self, digest: bytes) -> _Known | None:
        """One that is fresh."""
        now = time.monotonic()
        with self._lock:
            known = self._by_digest.get(digest)
            if known is None:
                return None
            known.used = now
            self._by_digest.move_to_end(digest)
        return known if now < known.looked_up + FRESH_SECONDS else None

    def begin(self, digest: bytes) -> tuple[set[bytes], int]:
        """What is looked up now, for `end`: that one, and those in use that are soon stale."""
        now, asked = time.monotonic(), {digest}
        with self._lock:
            for other, known in reversed(self._by_digest.items()):
                if known.used < now - _IN_USE_SECONDS or len(asked) == _MOST_TOGETHER:
                    break
                if known.asked < now - FRESH_SECONDS / 2:
                    known.asked = now
                    asked.add(other)
            return asked, self._forgotten

    def end(self, asked: Iterable[bytes], found: Mapping[bytes, _Known], forgotten: int) -> None:
        """Remember what was found, unless a key was revoked meanwhile, and forget the others."""
        with self._lock:
            for digest in asked:
                before, known = self._by_digest.get(digest), found.get(digest)
                if known is None or forgotten != self._forgotten:
                    self._by_digest.pop(digest, None)
                    continue
                if before is not None:
                    known.used = before.used
                # It keeps its place among the others, which are in the order of their last use.
                self._by_digest[digest] = known
            while len(self._by_digest) > _MOST_REMEMBERED:
                self._by_digest.popitem(last=False)

    def forget(self, digest: bytes) -> None:
        with self._lock:
            self._by_digest.pop(digest, None)
            self._forgotten += 1


_REMEMBERED: Final = _Remembered()


def verify(token: str) -> Principal | None:
    """Who holds the key; None for what is no key, or one that is revoked or has expired."""
    # A checksum that is off costs no hash and no query.
    if not is_token(token):
        return None
    digest = digest_of(token)
    now = timezone.now()
    known = _REMEMBERED.get(digest) or _look_up(digest, now)
    if known is None:
        return None
    principal = known.principal
    if principal.expires_at is not None and principal.expires_at <= now:
        return None
    if known.noted is None or known.noted < now - _USED_EVERY:
        ApiKey.objects.filter(id=principal.key_id).update(last_used_at=now)
        known.noted = now
    return principal


def forget_verified(digest: bytes) -> None:
    """Let the next request with that key ask the database."""
    _REMEMBERED.forget(digest)


def _look_up(digest: bytes, now: datetime) -> _Known | None:
    asked, forgotten = _REMEMBERED.begin(digest)
    begun = time.monotonic()
    good = ApiKey.objects.select_related("project").filter(
        Q(expires_at=None) | Q(expires_at__gt=now), digest__in=asked, revoked_at=None
    )
    found = {
        bytes(key.digest): _Known(
            _principal_of(key), looked_up=begun, asked=begun, used=begun, noted=key.last_used_at
        )
        for key in good
    }
    _REMEMBERED.end(asked, found, forgotten)
    return found.get(digest)


def _principal_of(key: ApiKey) -> Principal:
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
