"""Budgets, over each way of counting."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from redis import Redis

from controlplane.limits.counters import Budget, Counters, DatabaseCounters, MemoryCounters, Verdict
from controlplane.limits.errors import CountersAway
from controlplane.limits.falling_back import PAUSE_SECONDS, FallingBack
from controlplane.limits.redis_counters import RedisCounters
from tests.server.services import Services


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
def redis(services: Services) -> Iterator[Redis]:
    """A database of the real Redis that nobody else uses, empty."""
    with Redis.from_url(services.redis_url.rsplit("/", 1)[0] + "/9") as connection:
        connection.flushdb()
        yield connection


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture(params=[*sorted(MAKERS), "redis"])
def counters(request: pytest.FixtureRequest, clock: Time, database: None) -> Counters:
    if request.param == "redis":
        return RedisCounters(request.getfixturevalue("redis"), clock.seconds)
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


def test_redis_judges_windows_by_its_own_time_and_forgets_what_is_over(redis: Redis) -> None:
    budget = Budget("short", 1, 1)
    counters = RedisCounters(redis)
    assert [counters.take([budget]).allowed for _ in range(2)] == [True, False]
    time.sleep(1.1)
    assert redis.keys() == []
    assert counters.take([budget]).allowed


def test_a_redis_that_is_away_is_said_to_be() -> None:
    nobody_listens = Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=1)
    with pytest.raises(CountersAway):
        RedisCounters(nobody_listens).take([Budget("b", 1, 60)])


class Sometimes:
    """Counters that can be switched off."""

    def __init__(self) -> None:
        self.is_away = False
        self.asked = 0
        self._counters = MemoryCounters()

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        self.asked += 1
        if self.is_away:
            raise CountersAway
        return self._counters.take(budgets, cost=cost)


def test_while_the_first_counters_are_away_the_second_count(clock: Time) -> None:
    first, budget = Sometimes(), Budget("b", 2, 3600)
    counters = FallingBack(first, MemoryCounters(), clock.seconds)
    assert counters.take([budget]).remaining == 1
    first.is_away = True
    assert [counters.take([budget]).allowed for _ in range(3)] == [True, True, False]
    # It was asked once, and then left alone for a while.
    assert first.asked == 2
    first.is_away = False
    clock.move(PAUSE_SECONDS)
    assert counters.take([budget]).remaining == 0
