"""How many requests a key may make, as answers say it."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from controlplane.apikeys.services import issue_key
from controlplane.apikeys.tokens import new_token
from tests.server.conftest import Ask, Tenant


def test_every_answer_to_a_key_says_what_is_left(acme: Tenant, client: Ask) -> None:
    first, second = (client(acme.token).get("/v1/ping/") for _ in range(2))
    assert int(first["X-RateLimit-Limit"]) == 6000
    assert int(first["X-RateLimit-Remaining"]) == int(second["X-RateLimit-Remaining"]) + 1
    assert 0 < int(second["X-RateLimit-Reset"]) <= 60
    refused = client(acme.token).get("/v1/memories/nope/")
    assert refused["X-RateLimit-Remaining"]


def test_a_key_that_asks_too_often_is_told_when_to_come_back(
    acme: Tenant, globex: Tenant, client: Ask, settings: Settings
) -> None:
    settings.REQUESTS_PER_MINUTE = 3
    statuses = [client(acme.token).get("/v1/ping/").status_code for _ in range(5)]
    assert statuses == [200] * 3 + [429] * 2
    refused = client(acme.token).get("/v1/ping/")
    assert refused.json()["code"] == "rate_limited"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert client(globex.token).get("/v1/ping/").status_code == 200


def test_keys_of_a_project_and_callers_at_an_address_share_budgets(
    acme: Tenant, globex: Tenant, client: Ask, settings: Settings
) -> None:
    settings.PROJECT_REQUESTS_PER_MINUTE = 3
    other = issue_key(acme.project.id, name="other", scopes=["read"]).token
    statuses = [client(token).get("/v1/ping/").status_code for token in (acme.token, other) * 2]
    assert statuses == [200] * 3 + [429]
    # Refused as a whole: nothing was taken of the address's.
    settings.ADDRESS_REQUESTS_PER_MINUTE = 5
    statuses = [client(globex.token).get("/v1/ping/").status_code for _ in range(3)]
    assert statuses == [200] * 2 + [429]
    elsewhere = client(globex.token).get("/v1/ping/", REMOTE_ADDR="198.51.100.9")
    assert elsewhere.status_code == 200
    assert int(elsewhere["X-RateLimit-Remaining"]) == 0


@pytest.mark.usefixtures("database")
def test_who_guesses_keys_is_slowed_down() -> None:
    asking = APIClient()
    statuses = [
        asking.get(
            "/v1/ping/",
            headers={"Authorization": f"Token {new_token()}"},
            REMOTE_ADDR="198.51.100.77",
        ).status_code
        for _ in range(65)
    ]
    assert statuses == [401] * 60 + [429] * 5
