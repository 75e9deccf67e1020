"""Webhooks over HTTP, as mem0's clients and our own users ask for them."""

from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from controlplane.apikeys.services import issue_key
from controlplane.webhooks.delivery import deliver_next
from controlplane.webhooks.models import Delivery, Endpoint, EventType
from controlplane.webhooks.services import MOST_ENDPOINTS, publish
from tests.server.conftest import Ask, Tenant
from tests.server.egress.servers import Answer, Receiver
from tests.server.webhooks.conftest import Connect

_URL = "https://hooks.example.com/remembrancer"
_WANTED = {"name": "hook", "url": _URL, "event_types": ["memory_add", "memory_delete"]}


def _of(tenant: Tenant) -> str:
    return f"/api/v1/webhooks/projects/{tenant.project.id}/"


def _made(asking: APIClient, tenant: Tenant) -> dict[str, object]:
    response = asking.post(_of(tenant), _WANTED, format="json")
    assert response.status_code == 201, response.content
    made: dict[str, object] = response.json()
    return made


def test_a_webhook_is_made_listed_changed_and_removed(acme: Tenant, client: Ask) -> None:
    asking = client(acme.token)
    made = _made(asking, acme)
    secret = str(made.pop("secret"))
    assert secret.startswith("whsec_")
    assert made.keys() == {
        *("webhook_id", "name", "url", "event_types", "owner", "is_active", "project"),
        *("created_at", "updated_at"),
    }
    assert (made["name"], made["url"], made["is_active"]) == ("hook", _URL, True)
    assert made["event_types"] == _WANTED["event_types"]
    assert (made["project"], made["owner"]) == (str(acme.project.id), str(acme.organization.id))
    assert asking.get(_of(acme)).json() == [made]

    path = f"/api/v1/webhooks/{made['webhook_id']}/"
    changes = {"name": "other", "event_types": ["memory_update"], "is_active": False}
    changed = asking.put(path, changes, format="json")
    assert (changed.status_code, changed.json()) == (
        200,
        {"message": "Webhook updated successfully"},
    )
    (found,) = asking.get(_of(acme)).json()
    assert found | {"updated_at": ""} == made | changes | {"updated_at": ""}
    assert found["updated_at"] > made["updated_at"]

    removed = asking.delete(path)
    assert removed.json() == {"message": "Webhook deleted successfully"}
    assert asking.get(_of(acme)).json() == []
    assert asking.delete(path).status_code == 404


def test_addresses_are_served_without_the_slash_at_their_end(acme: Tenant, client: Ask) -> None:
    asking = client(acme.token)
    made = asking.post(_of(acme)[:-1], _WANTED, format="json").json()
    path = f"/api/v1/webhooks/{made['webhook_id']}"
    assert asking.get(f"{path}/deliveries").status_code == 200
    assert asking.post(f"{path}/rotate_secret").status_code == 200
    assert asking.put(path, {"name": "n"}, format="json").status_code == 200
    assert asking.delete(path).status_code == 200


def test_the_names_of_an_older_client_are_read(acme: Tenant, client: Ask) -> None:
    body = {"name": "hook", "url": _URL, "eventTypes": ["memory_add"], "projectId": "x"}
    response = client(acme.token).post(_of(acme), body, format="json")
    assert response.json()["event_types"] == ["memory_add"]


def test_all_event_types_of_the_contract_are_known(acme: Tenant, client: Ask) -> None:
    types = """memory_add memory_update memory_delete memory_categorize ingest_job_completed
        ingest_job_partially_completed ingest_job_failed ingest_job_cancelled""".split()
    body = _WANTED | {"event_types": [*types, "memory_add"]}
    response = client(acme.token).post(_of(acme), body, format="json")
    assert response.json()["event_types"] == types


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://redis/",
        "https://metadata.google.internal/",
        "https://me@hooks.example.com/",
        "https://hooks.example.com:22/",
        "hooks.example.com",
        "",
        f"https://hooks.example.com/{'x' * 2000}",
        None,
        7,
    ],
)
def test_a_bad_url_is_refused_by_name(acme: Tenant, client: Ask, url: object) -> None:
    asking = client(acme.token)
    refused = asking.post(_of(acme), _WANTED | {"url": url}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["fields"]) == ["url"]
    assert not Endpoint.objects.exists()
    if url is not None:
        path = f"/api/v1/webhooks/{_made(asking, acme)['webhook_id']}/"
        assert asking.put(path, {"url": url}, format="json").status_code == 400
        assert Endpoint.objects.get().url == _URL


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 7),
        ("name", "x" * 201),
        ("event_types", None),
        ("event_types", []),
        ("event_types", "memory_add"),
        ("event_types", ["memory_forget"]),
        ("event_types", [["memory_add"]]),
        ("event_types", [{}]),
        ("event_types", [None]),
        ("is_active", "yes"),
    ],
)
def test_another_bad_field_is_refused_by_name(
    acme: Tenant, client: Ask, field: str, value: object
) -> None:
    refused = client(acme.token).post(_of(acme), _WANTED | {field: value}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["fields"]) == [field]


def test_a_server_for_development_may_be_told_to_allow_loopback(
    acme: Tenant, client: Ask, settings: Settings
) -> None:
    asking, body = client(acme.token), _WANTED | {"url": "http://127.0.0.1:5000/"}
    assert asking.post(_of(acme), body, format="json").status_code == 400
    settings.WEBHOOKS_TO_LOOPBACK = True
    assert asking.post(_of(acme), body, format="json").status_code == 201


def test_a_project_has_so_many_webhooks_and_no_more(acme: Tenant, client: Ask) -> None:
    asking = client(acme.token)
    for _ in range(MOST_ENDPOINTS):
        _made(asking, acme)
    assert asking.post(_of(acme), _WANTED, format="json").status_code == 409


def test_a_secret_is_rotated_and_shown_once(acme: Tenant, client: Ask) -> None:
    asking = client(acme.token)
    made = _made(asking, acme)
    rotated = asking.post(f"/api/v1/webhooks/{made['webhook_id']}/rotate_secret/")
    assert rotated.status_code == 200
    assert rotated.json().keys() == {"secret", "previous_secret_until"}
    endpoint = Endpoint.objects.get()
    assert (endpoint.secret, endpoint.previous_secret) == (rotated.json()["secret"], made["secret"])
    assert "whsec_" not in asking.get(_of(acme)).content.decode()


def test_deliveries_are_listed_and_replayed(
    acme: Tenant, client: Ask, connect: Connect, receiver: Receiver
) -> None:
    receiver.answers = [Answer(404, {}, b"<h1>internal words</h1>"), Answer(200)]
    endpoint = connect(acme, receiver.url)
    publish(acme.project.id, EventType.MEMORY_ADD, {"a": "b"}, timezone.now())
    assert deliver_next()
    asking = client(acme.token)
    path = f"/api/v1/webhooks/{endpoint.id}/deliveries/"
    page = asking.get(path)
    assert "internal words" not in page.content.decode()
    assert page.json()["count"] == 1
    (row,) = page.json()["results"]
    assert (row["status"], row["attempts"], row["last_status"]) == ("PENDING", 1, 404)
    assert row["last_error"] == "The receiver answered 404."
    assert row["event_type"] == "memory_add"

    replayed = asking.post(f"/api/v1/webhooks/deliveries/{row['id']}/replay/")
    assert (replayed.status_code, replayed.json()["id"]) == (202, row["id"])
    assert deliver_next()
    (row,) = asking.get(path).json()["results"]
    assert (row["status"], row["last_error"], row["next_attempt_at"]) == ("DELIVERED", None, None)
    assert asking.get(path, {"page_size": 0}).status_code == 400


def _calls(tenant: Tenant, endpoint: object, delivery: object) -> list[tuple[str, str]]:
    one = f"/api/v1/webhooks/{endpoint}/"
    return [
        ("get", _of(tenant)),
        ("post", _of(tenant)),
        ("put", one),
        ("delete", one),
        ("get", f"{one}deliveries/"),
        ("post", f"{one}rotate_secret/"),
        ("post", f"/api/v1/webhooks/deliveries/{delivery}/replay/"),
    ]


def test_globex_can_not_reach_acmes_webhooks(
    acme: Tenant, globex: Tenant, client: Ask, connect: Connect, receiver: Receiver
) -> None:
    endpoint = connect(acme, receiver.url)
    publish(acme.project.id, EventType.MEMORY_ADD, {"a": "b"}, timezone.now())
    before = list(Endpoint.objects.values()) + list(Delivery.objects.values())
    asking = client(globex.token)
    absent = Tenant(acme.organization, type(acme.project)(id=uuid4()), "")
    foreign = _calls(acme, endpoint.id, Delivery.objects.get().id)
    for call, missing in zip(foreign, _calls(absent, uuid4(), uuid4()), strict=True):
        answers = [
            getattr(asking, method)(
                path, _WANTED if method in ("post", "put") else None, format="json"
            )
            for method, path in (call, missing)
        ]
        assert [answer.status_code for answer in answers] == [404, 404], call
        assert answers[0].content == answers[1].content
    assert list(Endpoint.objects.values()) + list(Delivery.objects.values()) == before


@pytest.mark.parametrize("id_", ["x", "1", "..", "%00", "projects", f"{'0' * 32}x"])
def test_what_is_no_id_is_not_found(acme: Tenant, client: Ask, id_: str) -> None:
    for method, path in _calls(acme, id_, id_)[2:]:
        response = getattr(client(acme.token), method)(path)
        assert response.status_code in (400, 404, 405), path


def test_changes_need_a_key_with_admin(acme: Tenant, client: Ask) -> None:
    made = _made(client(acme.token), acme)
    token = issue_key(acme.project.id, name="no admin", scopes=["read", "write", "delete"]).token
    for method, path in _calls(acme, made["webhook_id"], uuid4()):
        body = {} if method == "get" else _WANTED
        response = getattr(client(token), method)(path, body, format="json")
        assert response.status_code == (200 if method == "get" else 403), (method, path)
        assert client("").generic(method.upper(), path).status_code == 401
