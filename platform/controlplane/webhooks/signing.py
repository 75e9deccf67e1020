"""Signatures by Standard Webhooks: https://www.standardwebhooks.com."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

_PREFIX: Final = "whsec_"
# The standard asks for 24 to 64.
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A fresh secret, in the form that libraries of the standard take."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def signed_headers(
    message_id: str, body: str, *, at: datetime, signed_with: Sequence[str]
) -> dict[str, str]:
    """The three headers of the standard: id, time of sending, and a signature by each secret.

    Args:
        message_id: the same at every attempt, so that a receiver knows a repeat.
        body: as it is sent.
        at: when it is sent, UTC.
        signed_with: secrets, all of which are good now.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, at, body) for secret in signed_with
        ),
    }
