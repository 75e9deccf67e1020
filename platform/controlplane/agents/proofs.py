"""Proof of work: whoever is past the budget of an address may pay with computing instead.

After Dwork and Naor, "Pricing via Processing" (1992), and Hashcash. The server keeps nothing of a
challenge until it is met: it signs what it asked.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from controlplane.api.addresses import Address, household
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget

GOOD_FOR_SECONDS: Final = 600
_RANDOM_BYTES: Final = 16
_LONGEST: Final = 200


class WrongProof(Exception):
    """The challenge is not ours, too old or used, or the nonce does not meet it."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be done.

    Attributes:
        text: a nonce is wanted such that SHA-256 of `text:nonce` begins with so many zero bits.
        bits: how many.
    """

    text: str
    bits: int


def challenge_for(address: Address, *, now: datetime) -> Challenge | None:
    """A challenge for whoever asks from there; None where proofs are not accepted."""
    bits = settings.AGENT_PROOF_BITS
    if not bits:
        return None
    until = int(now.timestamp()) + GOOD_FOR_SECONDS
    body = f"{until}.{bits}.{secrets.token_hex(_RANDOM_BYTES)}"
    return Challenge(f"{body}.{_signature(body, address)}", bits)


def redeem_proof(text: str, nonce: str, *, address: Address, now: datetime) -> None:
    """Accept a proof, once.

    Raises:
        WrongProof: it is not good.
        CountersAway: nobody knows whether it was used.
    """
    if not settings.AGENT_PROOF_BITS or len(text) > _LONGEST or len(nonce) > _LONGEST:
        raise WrongProof
    body, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, address).encode()):
        raise WrongProof
    # Ours, so of this form.
    until, bits, _ = body.split(".")
    if int(until) <= now.timestamp() or _zero_bits(f"{text}:{nonce}") < int(bits):
        raise WrongProof
    used = hashlib.sha256(body.encode()).hexdigest()[:32]
    if not shared_counters().take([Budget(f"proof {used}", 1, GOOD_FOR_SECONDS)]).allowed:
        raise WrongProof


def _signature(body: str, address: Address) -> str:
    key = f"proof of work {settings.SECRET_KEY}".encode()
    digest = hmac.digest(key, f"{body}.{household(address)}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _zero_bits(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return len(digest) * 8 - int.from_bytes(digest).bit_length()
