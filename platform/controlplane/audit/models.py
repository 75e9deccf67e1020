"""The audit trail as it is kept: one chain of records an organisation."""

from typing import ClassVar

from django.db import models


class AuditRecord(models.Model):
    """One change, or one read of memories: ids alone, no texts, names or e-mail addresses.

    Attributes:
        number: its place in the organisation's chain, from 1 without gaps.
        project_id: the project that it is about; None where it is about the organisation. It stays
            when the project is gone.
        at: when it was done; reads are written up to a second later, and so may stand after a
            record of a later time.
        actor: the id of a key or user, `anonymous` or `system`.
        action: of `actions.Action`.
        subjects: ids of what was changed or served.
        address: the caller's; empty where there was no request.
        previous: the digest of the record before; `chain.BEGINNING` for the first one.
        digest: keyed, of all that is above: `chain.digest_of`.
    """

    # An organisation's deletion deletes its records: there is nobody left who may read them.
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+"
    )
    number = models.BigIntegerField()
    project_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=36)
    action = models.CharField(max_length=40)
    subjects = models.JSONField()
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Even without the lock on the head, no chain could fork.
            models.UniqueConstraint(fields=["organization", "number"], name="audit_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.number}"


class AuditHead(models.Model):
    """Where an organisation's chain ends; locked while a record is appended.

    Attributes:
        number: of the newest record; 0 before the first.
        digest: of the newest record.
        seal: keyed, of all that is above, so that records can't be cut off at the end.
    """

    organization = models.OneToOneField(
        "organizations.Organization",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    number = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.number}"
