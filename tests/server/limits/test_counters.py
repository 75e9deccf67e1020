"""Budgets, over each way of counting."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from controlplane.limits.counters import Budget, Counters, DatabaseCounters, MemoryCounters


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def instant(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


MAKERS: dict[str, Callable[[Time], Counters]] = {
    "memory": lambda clock: MemoryCounters(clock.seconds),
    "database": lambda clock: DatabaseCounters(clock.instant),
}


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture(params=sorted(MAKERS))
def counters(request: pytest.FixtureRequest, clock: Time, database: None) -> Counters:
    return MAKERS[request.param](clock)


def test_a_budget_is_spent_and_comes_back(counters: Counters, clock: Time) -> None:
    budget = Budget("b", 3, 60)
    assert [counters.take([budget]).allowed for _ in range(4)] == [True, True, True, False]
    clock.move(20)
    refused = counters.take([budget])
    assert (refused.allowed, refused.remaining, refused.resets_in_seconds) == (False, 0, 40)
    clock.move(40)
    assert counters.take([budget]).remaining == 2


def test_where_one_budget_is_short_none_is_spent(counters: Counters) -> None:
    narrow, wide = Budget("narrow", 1, 60), Budget("wide", 10, 3600)
    assert counters.take([wide, narrow]).remaining == 0
    refused = counters.take([wide, narrow])
    assert (refused.allowed, refused.budget) == (False, narrow)
    assert counters.take([wide]).remaining == 8


def test_what_costs_more_than_is_left_is_refused(counters: Counters) -> None:
    budget = Budget("b", 5, 60)
    assert counters.take([budget], cost=3).allowed
    assert not counters.take([budget], cost=3).allowed
    assert counters.take([budget], cost=2).allowed


def test_at_the_same_time_no_more_is_given_than_there_is(counters: Counters) -> None:
    budget = Budget("b", 10, 60)

    def take(_: int) -> bool:
        try:
            return counters.take([budget]).allowed
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(60))) == 10
