"""Putting indexes to rest that nobody uses, so that they take no memory."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from memories.engine.errors import IndexUnavailable
from memories.engine.ports.index_server import IndexServer
from memories.records.states import IndexStates

_logger = logging.getLogger("remembrancer.index")
# Projects that are put to rest together, and how long that may go on.
_TOGETHER: Final = 100
_LONGEST_SECONDS: Final = 30.0


def rest_unused(server: IndexServer, states: IndexStates, *, before: datetime) -> int:
    """Put the indexes to rest that were not used since then; the first use wakes each.

    Returns:
        How many there were. Those that could not be put to rest are tried again the next time.
    """
    rested = 0
    until = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until:
        unused = states.take_unused(before.timestamp(), _TOGETHER)
        if not (unused and _rest(server, states, unused)):
            break
        rested += len(unused)
    return rested


def _rest(server: IndexServer, states: IndexStates, unused: Sequence[str]) -> bool:
    try:
        server.rest(unused)
    except IndexUnavailable as error:
        for project in unused:
            states.woken(project)
        # What the server says of it: without the module, that it can offload nothing.
        _logger.error("unused indexes stay awake: %s", error.__cause__ or error)  # noqa: TRY400
        return False
    return True
