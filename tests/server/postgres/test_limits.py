"""Statements that take too long are ended, and whoever asked is told to come again."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from controlplane.postgres.limits import STATEMENTS
from memories.engine.domain import Scope
from memories.engine.errors import StoreBusy
from memories.ingest.models import Job
from memories.ingest.work import work_once
from memories.records.database import Database
from memories.records.projects import remove_project
from tests.server.conftest import Ask, Tenant
from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}


@pytest.fixture
def limited(database: None) -> Iterator[None]:
    """Connections whose statements may take a second."""
    with limit(1):
        yield


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    usual, STATEMENTS.seconds = STATEMENTS.seconds, seconds
    open_anew()
    try:
        yield
    finally:
        STATEMENTS.seconds = usual
        open_anew()


def open_anew() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # not in Django's stubs


@pytest.fixture
def server(limited: None, acme: Tenant, client: Ask, do_jobs: Callable[[], int]) -> Server:
    return Server(client(acme.token), acme, do_jobs)


@contextmanager
def another() -> Iterator[psycopg.Connection]:
    """A connection that is none of the server's."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    with psycopg.connect(address.geturl()) as opened:
        yield opened


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else has every project's rows and does not go on."""
    with another() as opened:
        opened.execute("SELECT number FROM records_project FOR UPDATE")
        yield
        opened.rollback()


def test_a_statement_ends_when_its_time_is_up(limited: None) -> None:
    began = time.monotonic()
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="statement timeout"):
        cursor.execute("SELECT pg_sleep(5)")
    assert 1 <= time.monotonic() - began < 3


def test_a_command_sets_no_limit(database: None) -> None:
    with limit(0), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0",)


def test_a_request_that_waits_for_too_long_is_told_to_come_again(server: Server) -> None:
    (boat,) = server.learn("I own a boat.", **ANA)
    path = f"/v1/memories/{boat}/"
    with locked():
        began = time.monotonic()
        answer = server.asking.put(path, {"text": "I own a ship."}, format="json")
        assert time.monotonic() - began < 3
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["detail"] == "The project is busy. Try again shortly."
    assert server.get(path)["memory"] == "User owns a boat."
    server.call("PUT", path, {"text": "I own a ship."})


def test_a_job_that_waits_for_too_long_comes_again(server: Server) -> None:
    server.learn("I own a boat.", **ANA)
    event = server.post("/v3/memories/add/", {"messages": "I own a kayak.", **ANA})
    with locked():
        assert work_once()
    job = Job.objects.get(id=event["event_id"])
    assert (job.status, job.error) == ("PENDING", "The project's memories could not be written.")
    assert work_once(now=lambda: timezone.now() + timedelta(minutes=6))
    assert server.get(f"/v1/event/{event['event_id']}/")["status"] == "SUCCEEDED"


def test_a_transaction_in_which_nothing_is_asked_lets_its_locks_go(limited: None) -> None:
    scope = Scope("acme", str(uuid.uuid4()))
    database = Database(scope)

    def dawdle() -> None:
        with database.write(scope=scope) as opened:
            time.sleep(1.5)
            opened.rows("SELECT 1")

    with pytest.raises(StoreBusy):
        dawdle()
    with database.write(scope=scope):
        pass


def test_a_removal_takes_as_long_as_it_needs(limited: None) -> None:
    scope = Scope("acme", str(uuid.uuid4()))
    Database(scope)
    with slow_removals():
        assert remove_project(scope)


@contextmanager
def slow_removals() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION sleep_first() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(1.5); RETURN OLD; END'"
        )
        cursor.execute(
            "CREATE TRIGGER slow BEFORE DELETE ON records_project"
            " FOR EACH ROW EXECUTE FUNCTION sleep_first()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION sleep_first CASCADE")


def test_what_nobody_waits_for_any_more_is_not_gone_on_with(database: None) -> None:
    asked = "SELECT pg_sleep(60) AS nobody_waits"
    mine = connections.create_connection("default")
    mine.ensure_connection()

    def ask() -> None:
        with suppress(psycopg.Error):
            mine.connection.execute(asked)

    waiting = threading.Thread(target=ask)
    waiting.start()
    wait_until(lambda: is_asked(asked))
    with socket.fromfd(mine.connection.pgconn.socket, socket.AF_INET, socket.SOCK_STREAM) as wire:
        wire.shutdown(socket.SHUT_RDWR)
    wait_until(lambda: not is_asked(asked), seconds=15)
    waiting.join()
    mine.close()


def is_asked(statement: str) -> bool:
    with another() as opened:
        asked = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = %s"
        return opened.execute(asked, (statement,)).fetchone() is not None


def wait_until(holds: Callable[[], bool], seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)
