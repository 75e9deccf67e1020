"""`manage.py serve`: sets up what is missing, and serves everything from this machine."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from workers.operating import operator_key

_FULL_MODE: Final = """serve is one process on files; these settings are for several. Start each of
  manage.py migrate
  gunicorn controlplane.wsgi -c infra/gunicorn.conf.py
  celery -A workers.celery worker
  celery -A workers.celery beat
or unset DATABASE_URL (docs/full-mode.md)."""


class Command(BaseCommand):
    """Serves the whole platform on one address."""

    help = "Set up what is missing and serve the platform."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, say where it is, and serve until it is stopped.

        Raises:
            CommandError: the settings are those of several processes.
        """
        if not settings.EMBEDDED:
            raise CommandError(_FULL_MODE)
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
