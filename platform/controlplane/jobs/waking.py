"""A bell in this process, rung once a transaction is through."""

import threading
from typing import Final

from django.db import transaction

# Set when there may be something to do.
WORK: Final = threading.Event()


def wake_workers() -> None:
    """Wake whoever does jobs, as soon as the current transaction is committed."""
    transaction.on_commit(WORK.set)
