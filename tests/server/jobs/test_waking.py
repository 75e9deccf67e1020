"""Waking workers: the bell of embedded mode, the messages of full mode."""

import json
import time
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import Settings
from redis import Redis

from controlplane.jobs import BELL, Work, wake, wake_workers
from controlplane.jobs.broker import connections, send
from tests.server.services import Services

_QUEUE = "remembrancer"


@pytest.fixture
def queue(services: Services, settings: Settings) -> Iterator[Redis]:
    """The broker of full mode, with an empty queue."""
    settings.EMBEDDED = False
    settings.REDIS_URL = services.redis_url.rsplit("/", 1)[0] + "/8"
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()
        yield redis


@pytest.mark.usefixtures("database")
def test_the_bell_rings_once_the_transaction_is_through() -> None:
    BELL.clear()
    with transaction.atomic():
        wake_workers(Work.JOBS)
        assert not BELL.is_set()
    assert BELL.is_set()


@pytest.mark.usefixtures("database")
def test_a_message_is_sent_once_the_transaction_is_through(queue: Redis) -> None:
    with transaction.atomic():
        wake_workers(Work.JOBS)
        assert queue.llen(_QUEUE) == 0
    assert queue.llen(_QUEUE) == 1


@pytest.mark.usefixtures("database")
def test_a_transaction_that_is_undone_wakes_nobody(queue: Redis) -> None:
    with transaction.atomic():
        wake_workers(Work.WEBHOOKS)
        transaction.set_rollback(True)
    assert queue.llen(_QUEUE) == 0


def test_a_message_carries_the_name_of_a_task_and_nothing_else(queue: Redis) -> None:
    wake(Work.WEBHOOKS)
    found = queue.lindex(_QUEUE, 0)
    assert isinstance(found, bytes)
    message = json.loads(found)
    assert message["headers"]["task"] == "webhooks.wake"
    assert (message["headers"]["argsrepr"], message["headers"]["kwargsrepr"]) == ("()", "{}")
    assert message["content-type"] == "application/json"


@pytest.mark.usefixtures("database")
def test_a_broker_that_is_away_delays_nobody_for_long(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDED = False
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    for _ in range(50):
        with transaction.atomic():
            wake_workers(Work.JOBS)
    assert time.monotonic() - started < 2
    assert [each.levelname for each in caplog.records].count("WARNING") == 1


def test_connecting_never_waits_for_ever() -> None:
    options = connections(1.5)
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 1.5


def test_sending_opens_connections_once(queue: Redis, settings: Settings) -> None:
    for _ in range(5):
        send(Work.JOBS, settings.REDIS_URL, None)
    before = queue.info("clients")["connected_clients"]
    for _ in range(20):
        send(Work.JOBS, settings.REDIS_URL, None)
    assert queue.info("clients")["connected_clients"] == before
