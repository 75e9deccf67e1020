"""What time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant; the engine asks nobody else."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


class FixedClock:
    """A clock that moves only when told, for tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant last set."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the present forward."""
        self._now += by
