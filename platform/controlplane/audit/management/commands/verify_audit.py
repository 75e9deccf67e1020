"""`manage.py verify_audit`: computes the chains of the audit trail anew."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from controlplane.audit.verification import verify_chain
from controlplane.organizations.models import Organization


class Command(BaseCommand):
    """Says of each organisation's chain whether it is whole."""

    help = "Compute the audit trail's digests anew. Exit code 1 if a chain is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One organisation alone."""
        parser.add_argument("--organization", type=UUID, metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at every chain, and name the first broken record of each that is broken."""
        wanted = options["organization"]
        organizations = Organization.objects.order_by("created_at", "id")
        if wanted is not None:
            organizations = organizations.filter(id=wanted)
            if not organizations.exists():
                raise CommandError(f"There is no organization {wanted}.")
        broken = 0
        for organization_id in organizations.values_list("id", flat=True):
            found = verify_chain(organization_id)
            if found.broken_at is None:
                self.stdout.write(f"{organization_id}: OK, {found.records} records")
                continue
            broken += 1
            self.stdout.write(
                f"{organization_id}: BROKEN at record {found.broken_at}: {found.reason}"
            )
        if broken:
            raise CommandError(f"Broken audit trails: {broken}.")
