"""Threads that do jobs outlive whatever happens to them."""

import logging
import time
from collections.abc import Callable

import pytest
from django.db import connection

from memories.ingest.models import Job, JobStatus
from tests.server.conftest import Ask, Tenant
from workers.threads import JobThreads


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def rename(table: str, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")


def test_a_thread_goes_on_after_the_database_was_not_what_it_should_be(
    acme: Tenant, client: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    threads = JobThreads(1)
    rename("ingest_queue", "ingest_queue_away")
    try:
        with caplog.at_level(logging.ERROR, "remembrancer.jobs"):
            threads.start()
            wait_until(lambda: any(record.exc_info for record in caplog.records))
    finally:
        rename("ingest_queue_away", "ingest_queue")
    try:
        body = {"messages": "I own a boat.", "user_id": "ana"}
        assert client(acme.token).post("/v3/memories/add/", body, format="json").status_code == 200
        wait_until(lambda: Job.objects.get().status == JobStatus.SUCCEEDED)
    finally:
        threads.stop()
