"""Reading the audit trail, always of one organisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from controlplane.audit.actions import Action
from controlplane.audit.models import AuditRecord

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; all without a word of it.

    Attributes:
        since: done then or later.
        until: done then or earlier.
    """

    action: Action | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def records_of(organization_id: UUID, wanted: Wanted) -> "QuerySet[AuditRecord]":
    """An organisation's records, newest first."""
    found = AuditRecord.objects.filter(organization_id=organization_id)
    if wanted.action is not None:
        found = found.filter(action=wanted.action.value)
    if wanted.actor is not None:
        found = found.filter(actor=wanted.actor)
    if wanted.since is not None:
        found = found.filter(at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(at__lte=wanted.until)
    return found.order_by("-number")


def all_of(found: "QuerySet[AuditRecord]") -> Iterator[AuditRecord]:
    """Every one of them, oldest first, read a page at a time so that no writer waits for long."""
    ordered = found.order_by("number")
    page = list(ordered[:_PAGE])
    while page:
        yield from page
        page = list(ordered.filter(number__gt=page[-1].number)[:_PAGE])
