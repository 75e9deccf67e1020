"""`manage.py serve`: sets up what is missing, and serves everything from this machine."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.organizations.services import found_organization

_KEY_FILE: Final = "operator.key"
_OPERATOR: Final = "Operator of this server"


class Command(BaseCommand):
    """Serves the whole platform on one address."""

    help = "Set up what is missing and serve the platform."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, say where it is, and serve until it is stopped."""
        host, port = options["host"], options["port"]
        call_command("migrate", verbosity=0, interactive=False)
        key_file = operator_key()
        self._say(f"http://{host}:{port}", key_file)
        from workers.serving import EmbeddedServer  # noqa: PLC0415 - loads the model's libraries

        # gunicorn reads options of its own from the command line.
        sys.argv = sys.argv[:1]
        EmbeddedServer(host, port).run()

    def _say(self, base: str, key_file: Path) -> None:
        content = '"Content-Type: application/json"'
        self.stdout.write(
            f"Remembrancer serves {base}\n"
            f"  its files lie in {settings.DATA_FOLDER}\n"
            f"  the operator's key is in {key_file}\n"
        )
        if "console" in settings.EMAIL_BACKEND:
            self.stdout.write("  codes and invitations are printed here (EMAIL_URL is not set)\n")
        self.stdout.write(
            f"\nTry:\n"
            f"  export KEY=$(cat {key_file})\n"
            f"  curl -s '{base}/v3/memories/add/?wait=true' -H \"Authorization: Token $KEY\""
            f" -H {content}"
            ' -d \'{"messages": "I moved to Lisbon last month.", "user_id": "ana"}\'\n'
            f'  curl -s {base}/v3/memories/search/ -H "Authorization: Token $KEY"'
            f" -H {content}"
            ' -d \'{"query": "Where does Ana live?", "filters": {"user_id": "ana"}}\'\n'
            "\nStop it with Ctrl-C.\n"
        )
        self.stdout.flush()


def operator_key() -> Path:
    """The file that holds the operator's key; made, with a project of its own, on first use."""
    path = settings.DATA_FOLDER / _KEY_FILE
    if path.is_file() and ApiKey.objects.filter(name=_OPERATOR, revoked_at=None).exists():
        return Path(path)
    _, project = found_organization("This server")
    issued = issue_key(project.id, name=_OPERATOR)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(issued.token + "\n")
    return Path(path)
