"""Taking from budgets, atomically: two that ask for the last one at once never both get it."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from controlplane.limits.models import Counter


@dataclass(frozen=True, slots=True)
class Budget:
    """So many in a stretch of time, which begins with the first.

    Attributes:
        key: whose and what for.
        limit: how many.
        seconds: how long the stretch is.
    """

    key: str
    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of asking a budget.

    Attributes:
        budget: the one that refused, or the tightest.
        remaining: of it, after this.
        resets_in_seconds: until its stretch ends, at least 1.
    """

    allowed: bool
    budget: Budget
    remaining: int
    resets_in_seconds: int


class Counters(Protocol):
    """Where budgets are counted."""

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        """Take from all of the budgets, or, where one has too little left, from none.

        Raises:
            CountersAway: whoever counts does not answer.
        """
        ...


class MemoryCounters:
    """For one process, lost with it: limits of a minute, which nobody minds to begin anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing used."""
        self._clock = clock
        self._lock = threading.Lock()
        self._used: dict[str, tuple[int, float]] = {}

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        """As the port says."""
        now = self._clock()
        with self._lock:
            self._forget_ended(now)
            found = [self._state(budget, now) for budget in budgets]
            verdict = verdict_of(budgets, found, cost)
            if verdict.allowed:
                for budget, (used, resets_in) in zip(budgets, found, strict=True):
                    self._used[budget.key] = (used + cost, now + resets_in)
        return verdict

    def forget(self) -> None:
        """Begin anew with nothing used."""
        with self._lock:
            self._used.clear()

    def _state(self, budget: Budget, now: float) -> tuple[int, float]:
        used, ends_at = self._used.get(budget.key, (0, 0.0))
        return (used, ends_at - now) if ends_at > now else (0, float(budget.seconds))

    def _forget_ended(self, now: float) -> None:
        if len(self._used) > _MOST_KEPT:
            self._used = {key: state for key, state in self._used.items() if state[1] > now}


class DatabaseCounters:
    """In the database: shared by processes, kept over restarts."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        """Take the clock that windows are judged by."""
        self._clock = clock

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        """As the port says."""
        now = self._clock()
        with transaction.atomic():
            # In one order for everybody, so that no two wait for each other.
            for budget in sorted(budgets, key=lambda each: each.key):
                self._open(budget, now)
            found = [self._state(budget, now) for budget in budgets]
            verdict = verdict_of(budgets, found, cost)
            if verdict.allowed:
                Counter.objects.filter(key__in=[budget.key for budget in budgets]).update(
                    used=F("used") + cost
                )
        return verdict

    @staticmethod
    def _open(budget: Budget, now: datetime) -> None:
        """A row with an open window, locked until the transaction ends."""
        ends_at = now + timedelta(seconds=budget.seconds)
        is_there = False
        while not is_there:
            try:
                with transaction.atomic():
                    Counter.objects.create(key=budget.key, window_ends_at=ends_at)
                is_there = True
            except IntegrityError:
                # Gone again if it was forgotten in between.
                locked = Counter.objects.select_for_update().filter(key=budget.key)
                is_there = locked.first() is not None
        Counter.objects.filter(key=budget.key, window_ends_at__lte=now).update(
            used=0, window_ends_at=ends_at
        )

    @staticmethod
    def _state(budget: Budget, now: datetime) -> tuple[int, float]:
        counter = Counter.objects.get(key=budget.key)
        return counter.used, (counter.window_ends_at - now).total_seconds()


def forget_ended(now: datetime) -> None:
    """Remove counters whose window is over."""
    Counter.objects.filter(window_ends_at__lte=now).delete()


_MOST_KEPT: Final = 100_000


def verdict_of(budgets: Sequence[Budget], found: Sequence[tuple[int, float]], cost: int) -> Verdict:
    """Refused by the budget that is short for longest; else the one with the least left."""
    rows = [
        (budget, budget.limit - used, resets_in)
        for budget, (used, resets_in) in zip(budgets, found, strict=True)
    ]
    short = [row for row in rows if row[1] < cost]
    if short:
        budget, left, resets_in = max(short, key=lambda row: row[2])
    else:
        budget, left, resets_in = min(rows, key=lambda row: row[1])
        left -= cost
    return Verdict(not short, budget, max(left, 0), max(1, math.ceil(resets_in)))
