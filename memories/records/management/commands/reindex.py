"""`manage.py reindex`: builds projects' indexes anew from the truth."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from controlplane.shared_model import server_model
from memories.engine.domain import Scope
from memories.records.hosting import Hosted, asked_for, this_servers


class Command(BaseCommand):
    """Brings each project's index to what the truth and the server's embedding model make of it."""

    help = (
        "Build each project's index anew from its truth, with the embedding model of the settings."
        " Searches go on meanwhile. What a run that was stopped has built is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which."""
        parser.add_argument("--project", type=UUID, metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        """One project after another."""
        hosted = this_servers()
        for scope in asked_for(options["project"]):
            self.stdout.write(f"{scope.project}: {self._rebuild(hosted, scope)}")

    def _rebuild(self, hosted: Hosted, scope: Scope) -> str:
        kept, model = hosted.model_of(scope), server_model()
        if kept is not None and kept != model.model:
            passages = hosted.switch(scope, to=model)
            return f"{passages} passages, from {kept} to {model.model}"
        settling = hosted.settling(scope)
        if settling is None:
            return "nothing to index"
        found = settling.compare(repair=True)
        return f"{found.rows} rows, {len(found.differing) + len(found.surplus)} of them written"
