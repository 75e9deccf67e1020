"""Whatever is sent, the answer is no failure of the server's."""

import json
import random
from collections.abc import Iterator

import pytest
from django.core.signals import got_request_exception
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from memories.ingest.models import Job
from tests.server.conftest import Ask, Tenant
from tests.server.isolation.test_matrix import METHODS, ROUTES, filled

_IDS = {
    "memory_id": "6f1c0a52-3f0e-4f6b-9d0a-3a1f7f3f9a10",
    "kind": "user",
    "name": "ana",
    "number": "1",
    "part": "0",
}
BODIES: dict[str, bytes] = {
    "no JSON": b"{",
    "no UTF-8": b'{"messages": "\xff\xfe"}',
    "NUL": b'{"messages": "a\\u0000b", "user_id": "ana", "query": "a\\u0000"}',
    "half a surrogate pair": b'{"messages": "\\ud800", "user_id": "\\udfff"}',
    "NaN": b'{"threshold": NaN, "query": "x"}',
    "infinity": b'{"threshold": 1e999, "query": "x", "filters": {"user_id": "a"}}',
    "a list": b"[1, 2, 3]",
    "a text": b'"text"',
    "null": b"null",
    "deep": b'{"filters": ' + b'{"AND": [' * 500 + b"]}" * 500 + b"}",
    "very deep": b"[" * 100_000,
    "a huge number": b'{"top_k": ' + b"9" * 6000 + b"}",
    "twice the same key": b'{"user_id": "a", "user_id": "b", "query": "x"}',
    "wrong kinds": json.dumps(
        {
            "messages": [[], 1, None, {"role": 1, "content": {"a": []}}],
            "user_id": {"a": 1},
            "filters": [{"user_id": ["a"]}],
            "query": ["x"],
            "metadata": "x",
            "memories": [[], {"memory_id": {}}],
            "schema": [],
            "timestamp": {},
            "expiration_date": 5,
            "feedback": [],
            "memory_id": [],
            "event_types": "x",
            "email": [],
            "role": {},
            "name": [],
            "url": [],
            "scopes": "x",
        }
    ).encode(),
    "extremes": json.dumps(
        {
            "messages": "x" * 300_000,
            "user_id": "u" * 10_000,
            "filters": {"user_id": "a", "created_at": {"gte": "99999-01-01"}},
            "query": "q" * 100_000,
            "top_k": -1,
            "threshold": 2,
            "timestamp": 10**18,
            "reference_date": "x",
            "page": 10**20,
            "page_size": -5,
            "name": "n" * 100_000,
            "url": "http://" + "x" * 10_000,
            "email": "a@" + "b" * 1000,
            "expiration_date": "9999-12-31",
            "metadata": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}},
        }
    ).encode(),
}
QUERIES = (
    "?page=-1&page_size=0",
    "?user_id=%00",
    "?user_id=%FF%FE",
    "?filters={{{{",
    "?filters={'user_id': __import__('os')}",
    "?limit=999999999999999999999",
    "?cursor=%F0%9F%92%A9",
    "?start_date=yesterday&event_type=" + "x" * 500,
    "?query=&max_tokens=-1",
)


@pytest.fixture
def failures() -> Iterator[list[str]]:
    """Exceptions that requests ended with."""
    found: list[str] = []

    def note(request: object = None, **_: object) -> None:
        found.append(str(getattr(request, "path", "?")))

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


@pytest.mark.parametrize("name", sorted(BODIES))
def test_no_body_makes_the_server_fail(
    acme: Tenant, client: Ask, failures: list[str], name: str
) -> None:
    asking = client(acme.token)
    asking.raise_request_exception = False
    for route in ROUTES:
        for method in METHODS[1:]:
            response = send(asking, method, route, BODIES[name])
            assert response.status_code < 500, f"{method} {route}: {response.status_code}"
            # Method-not-allowed of the plain pages for machines has no body.
            assert response["Content-Type"].startswith("application/") or route == "metrics"
    assert failures == []


_NUL = "character 2 is a NUL character (U+0000), which no text can hold"
_SURROGATE = "character 2 is a lone surrogate (U+D800), which no text can hold"
ANA: dict[str, object] = {"user_id": "ana"}


@pytest.mark.parametrize("flawed", ["a\0b", "a\ud800b"], ids=["NUL", "lone surrogate"])
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", "/v3/memories/add/", ANA | {"messages": "{}"}, "messages"),
        (
            "POST",
            "/v3/memories/add/",
            ANA | {"messages": [{"role": "user", "content": "{}"}]},
            "messages[0].content",
        ),
        ("POST", "/v3/memories/add/", {"messages": "a", "user_id": "{}"}, "user_id"),
        ("POST", "/v3/memories/add/", ANA | {"metadata": {"a": ["b", "{}"]}}, "metadata.a[1]"),
        ("POST", "/v3/memories/add/", ANA | {"metadata": {"{}": 1}}, "a key of metadata"),
        ("POST", "/v3/memories/add/", {"{}": 1}, "a key of body"),
        ("POST", "/v3/memories/add/", ANA | {"custom_instructions": "{}"}, "custom_instructions"),
        (
            "POST",
            "/v3/memories/imports/",
            ANA | {"conversations": [{"messages": [{"role": "user", "content": "{}"}]}]},
            "conversations[0].messages[0].content",
        ),
        ("POST", "/v3/memories/search/", {"query": "{}", "filters": ANA}, "query"),
        (
            "POST",
            "/v3/memories/search/",
            {"filters": {"OR": [{"text": "{}"}]}},
            "filters.OR[0].text",
        ),
        ("PUT", "/v1/memories/{memory_id}/", {"text": "{}"}, "text"),
        (
            "PUT",
            "/v1/batch/",
            {"memories": [{"memory_id": "x", "text": "{}"}]},
            "memories[0].text",
        ),
        ("POST", "/v3/memories/entities/merge/", {"entity_id": "{}"}, "entity_id"),
        ("POST", "/v1/feedback/", {"memory_id": "x", "feedback_reason": "{}"}, "feedback_reason"),
        (
            "PATCH",
            "/api/v1/orgs/organizations/{organization_id}/projects/{project_id}/",
            {"custom_categories": [{"{}": "of boats"}]},
            "a key of custom_categories[0]",
        ),
        ("POST", "/api/v1/webhooks/projects/{project_id}/", {"name": "{}"}, "name"),
        (
            "POST",
            "/_allauth/app/v1/auth/signup",
            {"email": "a@b.org", "password": "{}"},
            "password",
        ),
    ],
)
def test_a_text_that_cant_be_kept_is_refused_with_its_place(  # noqa: PLR0917 - a row of a table
    acme: Tenant, client: Ask, flawed: str, method: str, path: str, body: object, place: str
) -> None:
    path = path.format(
        organization_id=acme.organization.id, project_id=acme.project.id, memory_id="x"
    )
    sent = json.dumps(body).replace("{}", json.dumps(flawed)[1:-1])
    response = client(acme.token).generic(method, path, sent, content_type="application/json")
    flaw = _NUL if "\0" in flawed else _SURROGATE
    assert response.status_code == 400, response.content
    said = response.json()
    assert said["detail"] == f"{place}: {flaw}"
    assert said["fields"] == {place: [flaw]}
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/v1/memories/?user_id=a%00b", "user_id"),
        ("/v1/memories/?a%00b=1", "a name in the query"),
        ("/v1/memories/?filters=%7B%22user_id%22:%22a%5Cu0000b%22%7D", "filters.user_id"),
        ("/v1/memories/user/%00/", "path"),
    ],
)
def test_an_address_that_cant_be_kept_is_refused_with_its_place(
    acme: Tenant, client: Ask, address: str, place: str
) -> None:
    said = client(acme.token).get(address)
    assert said.status_code == 400
    assert said.json()["detail"].startswith(f"{place}: character ")
    assert list(said.json()["fields"]) == [place]


def test_nobody_has_a_telephone(acme: Tenant) -> None:
    for method in ("GET", "POST", "DELETE"):
        asked = Client().generic(method, "/_allauth/app/v1/account/phone")
        assert asked.status_code == 404
        assert asked.json()["code"] == "not_found"


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_makes_the_server_fail(
    acme: Tenant, client: Ask, failures: list[str], query: str
) -> None:
    asking = client(acme.token)
    asking.raise_request_exception = False
    for route in ROUTES:
        for method in ("GET", "DELETE"):
            response = asking.generic(method, path_of(route) + query)
            assert response.status_code < 500, f"{method} {route}{query}: {response.status_code}"
    assert failures == []


def test_no_name_in_a_path_makes_the_server_fail(
    acme: Tenant, client: Ask, failures: list[str]
) -> None:
    asking = client(acme.token)
    asking.raise_request_exception = False
    names = ("..", "%2F", "%25", "%00", "x" * 5000, "🚲", "a b", "';--", "null", "-1", "%FF")
    for route in ROUTES:
        for name in names if "<" in route else ():
            ids = dict.fromkeys(_PARTS, name) | {"kind": "user"}
            response = asking.get(filled(route, ids))
            assert response.status_code < 500, f"{route} {name[:20]}: {response.status_code}"
    assert failures == []


def test_bytes_at_random_never_make_the_server_fail(
    acme: Tenant, client: Ask, failures: list[str]
) -> None:
    draw = random.Random(11)  # noqa: S311 - repeatable on purpose
    asking = client(acme.token)
    asking.raise_request_exception = False
    good = (
        b'{"messages": [{"role": "user", "content": "hi"}], "filters": {"AND": [{"user_id": "a"}]}}'
    )
    for number in range(300):
        body = bytearray(good)
        for _ in range(draw.randrange(1, 8)):
            body[draw.randrange(len(body))] = draw.randrange(256)
        route = draw.choice(ROUTES)
        response = send(asking, draw.choice(METHODS[1:]), route, bytes(body))
        assert response.status_code < 500, f"{number} {route} {bytes(body)!r}"
    assert failures == []


_PARTS = ("memory_id", "event_id", "job_id", "kind", "name", "number", "organization_id",
          "project_id", "webhook_id", "endpoint_id", "delivery_id", "key_id", "message_id",
          "part")  # fmt: skip


def send(asking: APIClient, method: str, route: str, body: bytes) -> HttpResponse:
    response = asking.generic(
        method,
        path_of(route),
        body,  # type: ignore[arg-type]  # sent as it is
        content_type="application/json",
    )
    assert isinstance(response, HttpResponse)
    return response


def path_of(route: str) -> str:
    """The route with ids of nobody in it."""
    return filled(route, {part: _IDS.get(part, _IDS["memory_id"]) for part in _PARTS})
