"""What links the records of a chain: digests by a key that is not in the database.

Whoever can write rows but has not the server's secret can't make a digest, and so can't change,
insert, reorder or remove records unnoticed.
"""

import hashlib
import hmac
import json
from datetime import UTC
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

from controlplane.audit.models import AuditRecord

# Stands for the digest of the record before the first.
BEGINNING: Final = "0" * 64


def digest_of(record: AuditRecord) -> str:
    """The keyed digest of a record, from all of its columns but the digest: 64 hex digits."""
    return _digest(
        "record",
        str(record.organization_id),
        record.number,
        None if record.project_id is None else str(record.project_id),
        record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        record.actor,
        record.action,
        record.subjects,
        record.address,
        record.request_id,
        record.previous,
    )


def seal_of(organization_id: UUID, number: int, digest: str) -> str:
    """The keyed digest of where a chain ends: 64 hex digits."""
    return _digest("head", str(organization_id), number, digest)


def _digest(*parts: object) -> str:
    text = json.dumps(parts, separators=(",", ":"), sort_keys=True)
    return hmac.digest(_key(settings.SECRET_KEY), text.encode(), hashlib.sha256).hex()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"audit trail", hashlib.sha256)
