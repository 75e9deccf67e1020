"""`manage.py verify_index`: compares what is indexed with the truth, and mends it if asked to."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from memories.records.hosting import asked_for, this_servers


class Command(BaseCommand):
    """Says of each project whether its index holds exactly what the truth does."""

    help = (
        "Compare each project's index with its truth: rows, versions and contents by fingerprint."
        " Exit code 1 if one differs and is not mended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and whether to mend."""
        parser.add_argument("--project", type=UUID, metavar="ID")
        parser.add_argument("--repair", action="store_true", help="bring what differs up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare one after another."""
        hosted, off = this_servers(), 0
        for scope in asked_for(options["project"]):
            settling = hosted.settling(scope)
            if settling is None:
                continue
            found = settling.compare(repair=options["repair"])
            differing = len(found.differing) + len(found.surplus)
            state = "OK" if found.is_whole else "MENDED" if options["repair"] else "DIFFERS"
            self.stdout.write(
                f"{scope.project}: {state}, {found.rows} rows, {len(found.differing)} missing or"
                f" other, {len(found.surplus)} surplus"
            )
            off += 0 if options["repair"] else bool(differing)
        if off:
            raise CommandError(f"Indexes that differ: {off}. --repair mends them.")
