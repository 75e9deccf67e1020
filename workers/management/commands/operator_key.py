"""`manage.py operator_key`: where the key of whoever runs this server is kept."""

from typing import Any

from django.core.management.base import BaseCommand

from workers.operating import operator_key


class Command(BaseCommand):
    """Makes the key on first use; the key itself is not printed."""

    help = "Make the operator's key if there is none, and print the name of its file."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the file's name."""
        self.stdout.write(str(operator_key()))
