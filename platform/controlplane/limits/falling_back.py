"""Counting on while whoever counts for all is away."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from controlplane.limits.counters import Budget, Counters, Verdict
from controlplane.limits.errors import CountersAway

_logger = logging.getLogger("remembrancer.limits")
# A server that does not answer costs a request as long as it is waited for: so it is asked rarely.
PAUSE_SECONDS: Final = 5.0


class FallingBack:
    """Counts with the first; with the second for a while after the first did not answer."""

    def __init__(
        self, first: Counters, second: Counters, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take both, and the clock that the pause is judged by."""
        self._first = first
        self._second = second
        self._clock = clock
        self._asked_again_at = 0.0

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        """As the port says; raises nothing of the first."""
        if self._clock() >= self._asked_again_at:
            try:
                return self._first.take(budgets, cost=cost)
            except CountersAway:
                self._asked_again_at = self._clock() + PAUSE_SECONDS
                _logger.warning("the shared counters are away: each process counts for itself")
        return self._second.take(budgets, cost=cost)
