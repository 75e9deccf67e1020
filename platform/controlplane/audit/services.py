"""Appending to the audit trail."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from controlplane.audit.actions import Action
from controlplane.audit.callers import Caller, current_caller
from controlplane.audit.chain import BEGINNING, digest_of, seal_of
from controlplane.audit.models import AuditHead, AuditRecord
from controlplane.organizations.models import Organization, Project

_logger = logging.getLogger("remembrancer.audit")


class ChainMissing(Exception):
    """The organisation's chain has lost its head: what can't be recorded is not done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded."""

    organization_id: UUID
    project_id: UUID | None
    at: datetime
    action: Action
    subjects: Sequence[str]
    caller: Caller


def begin_chain(organization_id: UUID) -> None:
    """Begin a new organisation's chain, in the transaction that founds it."""
    AuditHead.objects.create(
        organization_id=organization_id,
        number=0,
        digest=BEGINNING,
        seal=seal_of(organization_id, 0, BEGINNING),
    )


def record(
    action: Action,
    subjects: Iterable[object],
    *,
    organization_id: UUID,
    project_id: UUID | None = None,
) -> None:
    """Record a change on behalf of the current caller, in the transaction of the change.

    Call it after the change's own writes: it locks the organisation's chain until the transaction
    ends.

    Args:
        action: what is done.
        subjects: ids of what it is done to.
        organization_id: whose chain.
        project_id: the project that it is about, if it is about one.

    Raises:
        ChainMissing: the organisation's chain has lost its head.
    """
    append([entry_of(action, subjects, organization_id=organization_id, project_id=project_id)])


def record_in(project_id: UUID, action: Action, subjects: Iterable[object]) -> None:
    """The same, of a project whose organisation is not at hand."""
    organization_id = organization_of(project_id)
    record(action, subjects, organization_id=organization_id, project_id=project_id)


def entry_of(
    action: Action, subjects: Iterable[object], *, organization_id: UUID, project_id: UUID | None
) -> Entry:
    """What the current caller does now."""
    named = tuple(map(str, subjects))
    return Entry(organization_id, project_id, timezone.now(), action, named, current_caller())


@lru_cache(maxsize=10_000)
def organization_of(project_id: UUID) -> UUID:
    """The organisation of a project, which never changes."""
    return Project.objects.values_list("organization_id", flat=True).get(id=project_id)


def append(entries: Sequence[Entry]) -> None:
    """Append changes to their chains, in the caller's transaction if there is one.

    Raises:
        ChainMissing: a chain has lost its head; nothing is appended.
    """
    with transaction.atomic(savepoint=False):
        missing = _append(entries)
        if missing:
            raise ChainMissing(", ".join(map(str, missing)))


def append_reads(entries: Sequence[Entry]) -> None:
    """Append reads that were served already. Those of organisations that are gone go with them."""
    with transaction.atomic(savepoint=False):
        missing = _append(entries)
    for each in Organization.objects.filter(id__in=missing):
        _logger.error("the audit trail of organization %s has lost its head", each.id)


def _append(entries: Sequence[Entry]) -> Collection[UUID]:
    """Append; says which organisations have no chain."""
    # In one order for everybody, so that no two wait for each other.
    ordered = sorted(entries, key=lambda entry: entry.organization_id)
    chains = {id_: list(each) for id_, each in groupby(ordered, lambda each: each.organization_id)}
    heads = AuditHead.objects.select_for_update().filter(organization_id__in=chains)
    records: list[AuditRecord] = []
    for head in heads.order_by("organization_id"):
        linked = _linked(head, chains.pop(head.organization_id))
        records += linked
        last = linked[-1]
        AuditHead.objects.filter(organization_id=head.organization_id).update(
            number=last.number,
            digest=last.digest,
            seal=seal_of(head.organization_id, last.number, last.digest),
        )
    AuditRecord.objects.bulk_create(records)
    return chains.keys()


def _linked(head: AuditHead, entries: Sequence[Entry]) -> list[AuditRecord]:
    """Records of the entries, each linked to the one before it."""
    previous, linked = head.digest, []
    for number, entry in enumerate(entries, start=head.number + 1):
        new = AuditRecord(
            organization_id=entry.organization_id,
            number=number,
            project_id=entry.project_id,
            at=entry.at,
            actor=entry.caller.actor,
            action=entry.action.value,
            subjects=list(entry.subjects),
            address=entry.caller.address,
            request_id=entry.caller.request_id,
            previous=previous,
        )
        previous = new.digest = digest_of(new)
        linked.append(new)
    return linked
