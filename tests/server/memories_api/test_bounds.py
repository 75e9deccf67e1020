"""What one request may cost the others."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connections
from pytest_django import Settings

from memories import Memory
from memories.ingest.projects import PROJECTS
from tests.server.conftest import Ask, Tenant
from tests.server.memories_api.conftest import Server


def test_a_body_that_is_too_large_is_not_read(server: Server, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = {"messages": "I own a boat. " * 100, "user_id": "ana"}
    assert server.post("/v3/memories/add/", body, 413)["code"] == "body_too_large"
    assert server.get("/v1/events/")["count"] == 0
    server.post("/v3/memories/add/", {**body, "messages": "I own a boat."})


@pytest.mark.parametrize(
    "filters",
    [
        '{"metadata": {"a": NaN}}',
        '{"metadata": {"a": Infinity}}',
        '{"metadata": {"a": 1e999}}',
        "{'metadata': {'a': 1e999}}",
        "{'metadata': {'a': b'x'}}",
        "{'metadata': {'a': {1, 2}}}",
        "{'metadata': " * 50 + "1" + "}" * 50,
        "[" * 3000,
        '{"AND": [' * 3000,
        '{"metadata": {"a": "\\u0000"}}',
        '{"metadata": {"a": "\\ud800"}}',
        "{1: 2}",
        "{",
    ],
)
def test_filters_in_an_address_are_as_strict_as_in_a_body(server: Server, filters: str) -> None:
    said = server.get(f"/v1/memories/?user_id=ana&filters={quote(filters)}", 400)
    assert said["detail"]


def test_not_all_may_wait_for_their_jobs(acme: Tenant, client: Ask, settings: Settings) -> None:
    settings.LONGEST_WAIT_SECONDS = 3
    statuses: list[str] = []

    def add(number: int) -> float:
        body = {"messages": f"I own boat {number}.", "user_id": f"u{number}"}
        began = time.monotonic()
        try:
            answer = client(acme.token).post("/v3/memories/add/?wait=true", body, format="json")
        finally:
            connections.close_all()
        statuses.append(answer.json()["status"])
        return time.monotonic() - began

    with ThreadPoolExecutor(6) as threads:
        taken = sorted(threads.map(add, range(6)))
    # Nobody does jobs: two are answered at once, as four wait already.
    assert statuses == ["PENDING"] * 6
    assert [seconds >= 3 for seconds in taken] == [False] * 2 + [True] * 4
    assert taken[1] < 2


def test_a_file_is_opened_once_however_many_ask_for_it(acme: Tenant) -> None:
    project = acme.project
    together = threading.Barrier(8)

    def opened(_: int) -> Memory:
        together.wait()
        try:
            with PROJECTS.use(project.id, organization_id=project.organization_id) as memory:
                return memory
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        memories = set(threads.map(opened, range(8)))
    assert len(memories) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/context/?query=boat&user_id=ana&colour=red", None),
        ("GET", "/v1/memories/{memory}/sources/?colour=red", None),
        ("GET", "/api/v1/audit/?colour=red", None),
        ("GET", "/api/v1/audit/export/?colour=red", None),
        ("POST", "/api/v1/invitations/accept/", {"token": "x", "colour": "red"}),
        ("POST", "/api/v1/keys/", {"name": "x", "colour": "red"}),
    ],
)
def test_addresses_of_our_own_refuse_what_they_do_not_know(
    server: Server, method: str, path: str, body: object
) -> None:
    (id_,) = server.learn("I own a boat.", user_id="ana")
    said = server.call(method, path.replace("{memory}", id_), body, 422)
    assert (said["code"], list(said["fields"])) == ("unknown_field", ["colour"])
