"""What is to be done every minute: mostly forgetting what has had its time."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import DatabaseError

Upkeep = Callable[[datetime], object]
_logger = logging.getLogger(__name__)
_UPKEEP: Final[list[Upkeep]] = []


def every_minute(upkeep: Upkeep) -> None:
    """Call it about every minute, in one process or in several, with what time it is."""
    if upkeep not in _UPKEEP:
        _UPKEEP.append(upkeep)


def keep_up(now: datetime) -> int:
    """Do all of it. One that fails in the database leaves the others alone.

    Returns:
        How many failed; they are done the next time.
    """
    return sum(not _done(upkeep, now) for upkeep in _UPKEEP)


def _done(upkeep: Upkeep, now: datetime) -> bool:
    try:
        upkeep(now)
    except DatabaseError:
        _logger.exception("upkeep failed")
        return False
    return True
