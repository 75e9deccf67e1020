"""Every address, with every method, asked by Globex for what is Acme's.

Generated from the URL table: a new address is in the matrix without being named, and one with a
part of its path that nobody told how to fill fails.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.webhooks.models import Delivery, Endpoint
from memories.api.models import MemoryExport
from memories.ingest.models import Job, Participant
from tests.server.conftest import Ask, Tenant

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CANARY = "zanzibarcanary"
ANA = "anacanary"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
# Addresses that answer without a key, and nothing of anybody's.
OPEN = re.compile(
    r"healthz|readyz|metrics|api/v1/auth/(agent_mode|email_code|email_code/verify)/?$|"
    r"api/v1/invitations/accept"
)


@dataclass(frozen=True, slots=True)
class Owned:
    """What Acme has, by the names of the parts of paths."""

    ids: dict[str, str]


def routes(
    patterns: Sequence[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[str]:
    """Every address of the server."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


# People's own, opened by a session, which the tests of accounts are about; and the description of
# the API, which is nobody's.
_NO_KEYS = ("accounts/", "_allauth/", "invitations/accept", "openapi.json", "docs/", "static/")
ROUTES = sorted({route for route in routes() if not route.startswith(_NO_KEYS)})
PARTS = sorted({part for route in ROUTES for part in _PART.findall(route)})


@pytest.fixture
def owned(acme: Tenant, client: Ask, do_jobs: Callable[[], int], settings: Settings) -> Owned:
    """Acme's memory, event, export, webhook, key and people, each found by the matrix."""
    settings.WEBHOOKS_TO_LOOPBACK = True
    asking = client(acme.token)
    said = {"messages": f"I own a boat called {CANARY}.", "user_id": ANA}
    hook = {"url": "http://127.0.0.1:9/", "name": CANARY, "event_types": ["memory_add"]}
    path = f"/api/v1/webhooks/projects/{acme.project.id}/"
    made = asking.post(path, hook, format="json")
    assert made.status_code == 201, made.content
    assert asking.post("/v3/memories/add/", said, format="json").status_code == 200
    schema = {"properties": {"boat": {"description": "boat"}}}
    do_jobs()
    exported = {"schema": schema, "filters": {"user_id": ANA}}
    assert asking.post("/v1/exports/", exported, format="json").status_code == 201
    (listed,) = asking.post("/v2/memories/", {"user_id": ANA}, format="json").json()
    sources = asking.get(f"/v1/memories/{listed['id']}/sources/").json()["results"]
    return Owned(
        {
            "memory_id": listed["id"],
            "message_id": sources[0]["message_id"],
            "part": "0",
            "event_id": str(Job.objects.get().id),
            "job_id": str(uuid.uuid4()),
            "kind": "user",
            "name": ANA,
            "number": str(Participant.objects.get().id),
            "organization_id": str(acme.organization.id),
            "project_id": str(acme.project.id),
            "webhook_id": str(Endpoint.objects.get().id),
            "endpoint_id": str(Endpoint.objects.get().id),
            "delivery_id": str(Delivery.objects.get().id),
            "key_id": str(ApiKey.objects.get().id),
            "memory_export_id": str(MemoryExport.objects.get().id),
        }
    )


def absent(name: str) -> str:
    """What nobody has, for a part of a path."""
    return {"kind": "user", "name": "nobody", "number": "999999", "part": "0"}.get(name) or str(
        uuid.uuid4()
    )


def filled(route: str, ids: dict[str, str]) -> str:
    return "/" + _PART.sub(lambda part: ids[part[1]], route)


def bodies(ids: dict[str, str]) -> list[dict[str, object]]:
    """Bodies that name what is Acme's in every place where an id can stand."""
    whose: dict[str, object] = {"user_id": ids["name"]}
    return [
        {
            **{name: value for name, value in ids.items() if name.endswith("_id")},
            "messages": "I own a car.",
            "query": "boat",
            "text": "Globex was here.",
            "filters": {**whose, "memory_ids": [ids["memory_id"]]},
            "memories": [{"memory_id": ids["memory_id"], "text": "Globex was here."}],
            "org_id": ids["organization_id"],
            "schema": {"properties": {"boat": {"description": "boat"}}},
            "feedback": "POSITIVE",
            "operation": "trigger",
            "entity_type": "user",
            "entity_id": ids["name"],
            "email": "mallory@globex.example",
            "role": "OWNER",
            "name": "Globex",
            "url": "https://globex.example/",
            "event_types": ["memory_add"],
        }
    ]


def with_ids_taken_out(text: str, ids: dict[str, str]) -> str:
    """An answer without the ids that were asked for, and without those that are new in each."""
    for name, value in ids.items():
        if name != "kind":
            text = text.replace(value, f"<{name}>")
    return re.sub(r"[0-9a-f-]{32,36}|\d{4}-\d\d-\d\dT[\d:.+]+", "<new>", text)


def test_every_part_of_a_path_is_known_to_the_matrix(owned: Owned) -> None:
    assert set(PARTS) <= set(owned.ids)


@pytest.mark.parametrize("scopes", [("read", "write", "delete", "admin"), ("read",), ()])
def test_globex_gets_the_same_for_what_is_acmes_as_for_what_is_nobodys(
    owned: Owned, acme: Tenant, globex: Tenant, client: Ask, scopes: tuple[str, ...]
) -> None:
    asking = client(issue_key(globex.project.id, name="globex", scopes=scopes).token)
    nobodys = {name: absent(name) for name in owned.ids}
    leaks: list[str] = []
    asked = 0
    for route in ROUTES:
        for method in METHODS:
            answers = []
            for ids in (owned.ids, nobodys):
                (body,) = bodies(ids)
                response = asking.generic(
                    method,
                    filled(route, ids),
                    json.dumps(body) if method != "GET" else "",
                    content_type="application/json",
                )
                said = b"".join(response).decode()
                answers.append((response.status_code, with_ids_taken_out(said, ids)))
                asked += 1
                if CANARY in said:
                    leaks.append(f"{method} {route}: says what Acme said")
                if response.status_code >= 500:
                    leaks.append(f"{method} {route}: {response.status_code}")
            # What Globex itself now has under the names that it made up may differ in number.
            if _PART.search(route) and answers[0][0] != answers[1][0]:
                leaks.append(
                    f"{method} {route}: {answers[0]} for Acme's, {answers[1]} for nobody's"
                )
    assert leaks == []
    assert asked > 300
    mine = client(acme.token).get(f"/v1/memories/{owned.ids['memory_id']}/").json()
    assert CANARY in mine["memory"]


@pytest.mark.parametrize("token", ["", "rmb_" + "0" * 30])
def test_without_a_good_key_nothing_is_answered(
    owned: Owned, client: Ask, settings: Settings, token: str
) -> None:
    settings.GUESSES_PER_MINUTE = 10_000
    asking = client(token)
    for route in ROUTES:
        if OPEN.match(route):
            continue
        for method in METHODS:
            response = asking.generic(
                method, filled(route, owned.ids), "{}", content_type="application/json"
            )
            assert response.status_code == 401, f"{method} {route}: {response.status_code}"


def test_of_one_organization_other_projects_are_as_foreign(
    owned: Owned, acme: Tenant, client: Ask
) -> None:
    other = acme.organization.projects.create(name="Other")
    asking = client(issue_key(other.id, name="other", scopes=["read", "write", "delete"]).token)
    for path in (
        f"/v1/memories/{owned.ids['memory_id']}/",
        f"/v1/memories/{owned.ids['memory_id']}/history/",
        f"/v1/memories/{owned.ids['memory_id']}/sources/",
        f"/v3/memories/messages/{owned.ids['message_id']}/originals/",
        f"/v1/event/{owned.ids['event_id']}/",
    ):
        assert asking.get(path).status_code == 404
    found = asking.post("/v2/memories/search/", {"query": "boat", "user_id": ANA}, format="json")
    assert found.json() == []
