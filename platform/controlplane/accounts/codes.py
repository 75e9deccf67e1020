"""Codes by mail: six digits, ten minutes, five tries, and so many a day."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from controlplane.accounts.models import OneTimeCode, User
from controlplane.accounts.services import person_who_reads
from controlplane.api.addresses import Address, household, network
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget, Verdict

LASTS: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
_DIGITS: Final = 6
_DAY: Final = 24 * 3600
_MAILS_A_DAY: Final = 10
# Of a million codes; over all the codes that a mailbox gets in a day.
_TRIES_A_DAY: Final = 20
_NETWORK: Final = 10


class TooManyCodes(Exception):
    """Too many codes were mailed or tried, of one mailbox or from one place."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("too many codes")
        self.verdict = verdict


class WrongCode(Exception):
    """The code is wrong, used, or too old, or the account is closed."""


class SecondFactorMissing(Exception):
    """The account asks for more than a code by mail."""


def send_code(email: str, *, asked_from: Address, now: datetime) -> None:
    """Mail a new code; it alone is good from now on.

    Raises:
        TooManyCodes: the mailbox gets, or the place asks for, no more today.
        CountersAway: nobody knows whether it gets more.
    """
    email = email.lower()
    _count("mails", email, asked_from, of_mailbox=_MAILS_A_DAY, each=1)
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


def _count(what: str, email: str, address: Address, *, of_mailbox: int, each: int) -> None:
    mailbox = hashlib.sha256(email.encode()).hexdigest()[:32]
    of_address = settings.CODES_PER_ADDRESS_PER_DAY * each
    limits = {
        f"to {mailbox}": of_mailbox,
        f"at {household(address)}": of_address,
        f"in {network(address)}": of_address * _NETWORK,
    }
    verdict = shared_counters().take(
        [Budget(f"{what} of codes {whose}", limit, _DAY) for whose, limit in limits.items()]
    )
    if not verdict.allowed:
        raise TooManyCodes(verdict)


def redeem_code(email: str, code: str, *, asked_from: Address, now: datetime) -> User:
    """The person who reads that address, known from now on.

    Raises:
        WrongCode: it is not the code; after five such tries none is.
        TooManyCodes: no more are tried today.
        SecondFactorMissing: the code is good, and the account asks for more than that.
        CountersAway: nobody knows how many were tried.
    """
    email = email.lower()
    _count("tries", email, asked_from, of_mailbox=_TRIES_A_DAY, each=MOST_TRIES)
    # Counted before it is looked at, so that guesses at the same time count each.
    tried = OneTimeCode.objects.filter(
        email=email, expires_at__gt=now, used_at=None, tries__lt=MOST_TRIES
    ).update(tries=F("tries") + 1)
    known = OneTimeCode.objects.filter(email=email).first() if tried else None
    if known is None or not hmac.compare_digest(bytes(known.digest), _digest(email, code)):
        raise WrongCode
    if not OneTimeCode.objects.filter(id=known.id, used_at=None).update(used_at=now):
        raise WrongCode
    user = person_who_reads(email)
    if not user.is_active:
        raise WrongCode
    if is_mfa_enabled(user):
        raise SecondFactorMissing
    return user


def forget_expired(now: datetime) -> None:
    """Remove codes that are good no longer."""
    OneTimeCode.objects.filter(expires_at__lte=now).delete()


def _digest(email: str, code: str) -> bytes:
    key = f"one-time code {settings.SECRET_KEY}".encode()
    return hmac.digest(key, f"{email} {code.strip()}".encode(), hashlib.sha256)
