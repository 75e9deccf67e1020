"""The API's description of itself: kept in the repository, served, and shown without a network."""

import json
import re
from pathlib import Path

from django.test import Client

from tests.server.described import description
from tests.server.isolation.test_matrix import ROUTES

KEPT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_kept_description_is_the_one_that_is_served() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert kept == description(), "run make openapi"
    assert kept["openapi"].startswith("3.1")


def test_every_address_of_the_api_is_described() -> None:
    described = {re.sub(r"{\w+}", "*", path) for path in description()["paths"]}
    served = {"/" + re.sub(r"<(?:\w+:)?\w+>", "*", route) for route in ROUTES}
    api = {path for path in served if path.startswith(("/v1/", "/v2/", "/v3/", "/api/"))}
    assert {path.rstrip("/") + "/" for path in api} <= described


def test_it_is_served_and_shown_from_this_server_alone(database: None) -> None:
    served = Client().get("/openapi.json")
    assert served.status_code == 200
    assert json.loads(served.content)["info"]["title"] == "Remembrancer"
    page = Client().get("/docs/").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/drf_spectacular_sidecar/"), address
        response = Client().get(address)
        assert response.status_code == 200
        assert len(b"".join(response)) > 100
        response.close()
