"""Codes by mail: six digits, ten minutes, five tries."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from controlplane.accounts.models import OneTimeCode, User
from controlplane.limits.counters import Budget, DatabaseCounters, Verdict

LASTS: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
_DIGITS: Final = 6
_MAILS_A_DAY: Final = 10
_DAY: Final = 24 * 3600


class TooManyCodes(Exception):
    """An address was sent too many codes."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("too many codes")
        self.verdict = verdict


class WrongCode(Exception):
    """The code is wrong, used, or too old."""


def send_code(email: str, *, now: datetime) -> None:
    """Mail a new code; it alone is good from now on.

    Raises:
        TooManyCodes: the address gets no more today.
    """
    email = email.lower()
    mailbox = hashlib.sha256(email.encode()).hexdigest()[:32]
    verdict = DatabaseCounters().take([Budget(f"codes to {mailbox}", _MAILS_A_DAY, _DAY)])
    if not verdict.allowed:
        raise TooManyCodes(verdict)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    with transaction.atomic():
        OneTimeCode.objects.filter(email=email).delete()
        OneTimeCode.objects.create(
            email=email, digest=_digest(email, code), created_at=now, expires_at=now + LASTS
        )
    send_mail(
        "Your Remembrancer code",
        f"Your code is {code}. It is good for ten minutes.\n\n"
        "If you did not ask for it, somebody mistyped an address: there is nothing to do.\n",
        None,
        [email],
    )


def redeem_code(email: str, code: str, *, now: datetime) -> User:
    """The person who reads that address, known from now on.

    Raises:
        WrongCode: it is not the code; after five such tries none is.
    """
    email = email.lower()
    # Counted before it is looked at, so that guesses at the same time count each.
    tried = OneTimeCode.objects.filter(
        email=email, expires_at__gt=now, used_at=None, tries__lt=MOST_TRIES
    ).update(tries=F("tries") + 1)
    known = OneTimeCode.objects.filter(email=email).first() if tried else None
    if known is None or not hmac.compare_digest(bytes(known.digest), _digest(email, code)):
        raise WrongCode
    if not OneTimeCode.objects.filter(id=known.id, used_at=None).update(used_at=now):
        raise WrongCode
    return User.objects.filter(email=email).first() or User.objects.create_user(email)


def _digest(email: str, code: str) -> bytes:
    key = f"one-time code {settings.SECRET_KEY}".encode()
    return hmac.digest(key, f"{email} {code.strip()}".encode(), hashlib.sha256)
