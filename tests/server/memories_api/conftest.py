"""A tenant whose server is asked, with jobs done on demand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.server.conftest import Ask, Tenant


@dataclass(frozen=True, slots=True)
class Server:
    """One tenant's view of the server.

    Attributes:
        do_jobs: does every job that is due.
    """

    asking: APIClient
    tenant: Tenant
    do_jobs: Callable[[], int]

    def post(self, path: str, body: object, status: int = 200, **headers: str) -> Any:
        return self.call("POST", path, body, status, **headers)

    def get(self, path: str, status: int = 200) -> Any:
        return self.call("GET", path, None, status)

    def call(
        self, method: str, path: str, body: object = None, status: int = 200, **headers: str
    ) -> Any:
        sent = "" if body is None else json.dumps(body)
        response = self.asking.generic(
            method,
            path,
            sent,
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/json"
        return json.loads(response.content)

    def learn(self, text: str, **ids: str) -> list[str]:
        """Tell the server something; ids of what it learned."""
        event = self.post("/v3/memories/add/", {"messages": text, **ids})
        self.do_jobs()
        found = self.get(f"/v1/event/{event['event_id']}/")
        assert found["status"] == "SUCCEEDED", found
        return [each["id"] for each in found["results"]]


@pytest.fixture
def server(acme: Tenant, client: Ask, do_jobs: Callable[[], int]) -> Server:
    return Server(client(acme.token), acme, do_jobs)


@pytest.fixture
def other_server(globex: Tenant, client: Ask, do_jobs: Callable[[], int]) -> Server:
    return Server(client(globex.token), globex, do_jobs)
