"""Whether a chain is whole: every record as it was written, none added, moved or taken away."""

from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from uuid import UUID

from controlplane.audit.chain import BEGINNING, digest_of, seal_of
from controlplane.audit.models import AuditHead, AuditRecord

# Read at a time: no read is open for long, as writers would wait for it.
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one organisation's chain found.

    Attributes:
        records: how many are whole, from the first on.
        broken_at: the number of the first record that is not as it was written, or is missing;
            None if the chain is whole.
        reason: what is off, for people.
    """

    organization_id: UUID
    records: int
    broken_at: int | None = None
    reason: str = ""


def verify_chain(organization_id: UUID) -> Finding:
    """Compute every digest of a chain anew. What is appended meanwhile is looked at as well."""
    number, digest = 0, BEGINNING
    while True:
        before = number
        for record in _records_after(organization_id, number):
            reason = _wrong_with(record, number, digest)
            if reason:
                return Finding(organization_id, number, number + 1, reason)
            number, digest = record.number, record.digest
        # It moves on with its records, so that it stands at the last of them or behind it.
        head = AuditHead.objects.filter(organization_id=organization_id).first()
        reason = _wrong_with_head(head, number, digest)
        if reason:
            return Finding(organization_id, number, number + 1, reason)
        if head is None or head.number == number:
            return Finding(organization_id, number)
        if number == before:
            return Finding(organization_id, number, number + 1, "the newest records are missing")


def _records_after(organization_id: UUID, number: int) -> Iterator[AuditRecord]:
    """In order; of rows with one number, which a whole chain has not, each."""
    found = AuditRecord.objects.filter(organization_id=organization_id).order_by("number", "id")
    # The first look takes those in that stand before the first number.
    page = list(found[:_PAGE] if number == 0 else found.filter(number__gt=number)[:_PAGE])
    while page:
        yield from page
        # Not by a greater number alone, which would pass over a second row of the last one.
        last = page[-1]
        page = list(found.filter(number__gte=last.number).exclude(id=last.pk)[:_PAGE])


def _wrong_with(record: AuditRecord, number: int, digest: str) -> str:
    """What is off with the record after that number and digest; nothing if empty."""
    if record.number > number + 1:
        return "a record is missing"
    if record.number != number + 1:
        return "a record stands where none belongs"
    if not compare_digest(record.digest.encode(), digest_of(record).encode()):
        return "a record is not as it was written"
    if record.previous != digest:
        return "a record does not follow the one before it"
    return ""


def _wrong_with_head(head: AuditHead | None, number: int, digest: str) -> str:
    if head is None:
        return "the chain's head is missing"
    sealed = seal_of(head.organization_id, head.number, head.digest)
    if not compare_digest(head.seal.encode(), sealed.encode()):
        return "the chain's head is not as it was written"
    if head.number < number or (head.number == number and head.digest != digest):
        return "the chain goes on beyond its head"
    return ""
