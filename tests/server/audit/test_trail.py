"""What is done is in the trail: who did it, to what, from where, and without a word of content."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connections, transaction
from pytest_django import Settings

from controlplane.accounts.models import User
from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.audit.actions import Action
from controlplane.audit.callers import SYSTEM
from controlplane.audit.models import AuditHead, AuditRecord
from controlplane.audit.services import ChainMissing, record
from controlplane.audit.verification import verify_chain
from tests.server.audit.conftest import Read
from tests.server.conftest import Ask, Tenant

Jobs = Callable[[], int]
SAID = {"messages": "I own a boat called Zanzibar.", "user_id": "anacanary"}


def actions(records: list[dict[str, Any]]) -> list[str]:
    return [each["action"] for each in records]


def key_of(tenant: Tenant) -> str:
    return str(ApiKey.objects.get(project=tenant.project).id)


def test_an_add_is_recorded_when_it_is_accepted_and_when_it_is_done(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    event = asking.post(
        "/v3/memories/add/", SAID, format="json", headers={"X-Request-Id": "request-number-7"}
    ).json()["event_id"]
    do_jobs()
    (memory,) = asking.post("/v2/memories/", {"user_id": "anacanary"}, format="json").json()
    accepted, done, listed = trail(acme)[-3:]
    assert actions([accepted, done, listed]) == ["add.accepted", "memory.added", "memory.listed"]
    assert accepted["subjects"] == [event]
    assert done["subjects"] == [event, memory["id"]]
    assert listed["subjects"] == [memory["id"]]
    assert {each["actor"] for each in (accepted, done, listed)} == {key_of(acme)}
    assert (accepted["address"], accepted["request_id"]) == ("127.0.0.1", "request-number-7")
    assert (done["address"], done["request_id"]) == ("", "")
    assert accepted["project_id"] == str(acme.project.id)


def test_every_read_of_memories_names_those_that_were_served(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    event = asking.post("/v3/memories/add/", SAID, format="json").json()["event_id"]
    do_jobs()
    ana = {"user_id": "anacanary"}
    (memory,) = asking.post("/v2/memories/", ana, format="json").json()
    id_ = memory["id"]
    schema = {"properties": {"boat": {"description": "boat"}}}
    asked: dict[str, list[tuple[str, str, object]]] = {
        "memory.searched": [
            ("POST", "/v3/memories/search/", {"query": "boat", "filters": ana}),
            ("POST", "/v1/memories/search/", {"query": "boat", **ana}),
            ("GET", "/v1/context/?query=boat&user_id=anacanary", None),
        ],
        "memory.listed": [
            ("POST", "/v3/memories/", {"filters": ana}),
            ("GET", "/v1/memories/?user_id=anacanary", None),
            ("GET", "/v1/events/", None),
            ("POST", "/v1/summary/", {"filters": ana}),
        ],
        "memory.read": [
            ("GET", f"/v1/memories/{id_}/", None),
            ("GET", f"/v1/memories/{id_}/history/", None),
            ("GET", f"/v1/memories/{id_}/sources/", None),
            ("GET", f"/v1/event/{event}/", None),
        ],
        "export.made": [("POST", "/v1/exports/", {"schema": schema, "filters": ana})],
    }
    for action, requests in asked.items():
        for method, path, body in requests:
            sent = "" if body is None else json.dumps(body)
            answer = asking.generic(method, path, sent, content_type="application/json")
            assert answer.status_code in (200, 201), path
            newest = trail(acme)[-1]
            assert newest["action"] == action, path
            assert id_ in newest["subjects"], path
            assert newest["actor"] == key_of(acme)


def test_changes_of_one_memory_are_recorded(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/add/", SAID, format="json")
    do_jobs()
    (memory,) = asking.post("/v2/memories/", {"user_id": "anacanary"}, format="json").json()
    path = f"/v1/memories/{memory['id']}/"
    before = len(trail(acme))
    assert asking.put(path, {"text": "I own two boats."}, format="json").status_code == 200
    rows = [{"memory_id": memory["id"], "text": "I own three boats."}]
    assert asking.put("/v1/batch/", {"memories": rows}, format="json").status_code == 200
    opinion = {"memory_id": memory["id"], "feedback": "POSITIVE"}
    assert asking.post("/v1/feedback/", opinion, format="json").status_code == 200
    assert asking.delete(path).status_code == 200
    assert asking.delete(path).status_code == 404
    found = trail(acme)[before:]
    assert actions(found) == [
        *("memory.updated", "memory.updated", "feedback.given", "memory.deleted")
    ]
    assert {each["subjects"][0] for each in found} == {memory["id"]}


def test_a_change_that_the_engine_refuses_is_followed_by_a_record_that_says_so(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/add/", {**SAID, "immutable": True}, format="json")
    do_jobs()
    (memory,) = asking.post("/v2/memories/", {"user_id": "anacanary"}, format="json").json()
    path = f"/v1/memories/{memory['id']}/"
    assert asking.put(path, {"text": "I own two boats."}, format="json").status_code == 409
    assert actions(trail(acme))[-2:] == ["memory.updated", "memory.unchanged"]


def test_a_deletion_by_name_is_recorded_for_whom_asked_for_it(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/add/", SAID, format="json")
    event = asking.delete("/v1/memories/?user_id=anacanary").json()["event_id"]
    do_jobs()
    asked, done = (
        each for each in trail(acme) if each["action"] in ("deletion.accepted", "memory.deleted")
    )
    assert asked["subjects"] == done["subjects"] == [event]
    assert asked["actor"] == done["actor"] == key_of(acme)


def test_no_text_name_or_address_of_mail_is_in_the_trail(
    acme: Tenant, client: Ask, do_jobs: Jobs, trail: Read
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/add/", SAID, format="json")
    do_jobs()
    search = {"query": "zanzibar", "filters": {"user_id": "anacanary"}}
    asking.post("/v3/memories/search/", search, format="json")
    members = f"/api/v1/orgs/organizations/{acme.organization.id}/members/"
    asking.post(members, {"email": "anacanary@example.org"}, format="json")
    said = json.dumps(trail(acme)).lower()
    assert "invitation.made" in said
    assert not any(word in said for word in ("zanzibar", "boat", "anacanary", "example.org"))


def test_keys_members_projects_and_webhooks_are_recorded(
    acme: Tenant, client: Ask, trail: Read, settings: Settings
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    asking, before = client(acme.token), len(trail(acme))
    home = f"/api/v1/orgs/organizations/{acme.organization.id}"
    user = User.objects.create_user("ben@example.org")
    member = {"email": "ben@example.org", "role": "ADMIN"}
    key = asking.post("/api/v1/keys/", {"name": "one"}, format="json").json()["id"]
    heir = asking.post(f"/api/v1/keys/{key}/rotate/", {}, format="json").json()["id"]
    asking.delete(f"/api/v1/keys/{key}/")
    asking.post(f"{home}/members/", member, format="json")
    asking.put(f"{home}/members/", {**member, "role": "READER"}, format="json")
    asking.delete(f"{home}/members/?email=ben@example.org")
    project = asking.post(f"{home}/projects/", {"name": "Other"}, format="json").json()
    place = f"{home}/projects/{project['project_id']}/"
    asking.patch(place, {"description": "other"}, format="json")
    asking.delete(place)
    hook = {"url": "http://127.0.0.1:9/", "name": "hook", "event_types": ["memory_add"]}
    hooks = f"/api/v1/webhooks/projects/{acme.project.id}/"
    webhook = asking.post(hooks, hook, format="json").json()["webhook_id"]
    asking.put(f"/api/v1/webhooks/{webhook}/", {"name": "other"}, format="json")
    asking.post(f"/api/v1/webhooks/{webhook}/rotate_secret/")
    asking.delete(f"/api/v1/webhooks/{webhook}/")
    found = [(each["action"], each["subjects"]) for each in trail(acme)[before:]]
    assert found == [
        ("key.issued", [key]),
        ("key.issued", [heir]),
        ("key.rotated", [key, heir]),
        ("key.revoked", [key]),
        ("member.added", [str(user.id)]),
        ("role.changed", [str(user.id)]),
        ("member.removed", [str(user.id)]),
        ("project.created", [project["project_id"]]),
        ("project.changed", [project["project_id"]]),
        ("project.deleted", [project["project_id"]]),
        ("webhook.created", [webhook]),
        ("webhook.changed", [webhook]),
        ("webhook.secret_rotated", [webhook]),
        ("webhook.deleted", [webhook]),
    ]
    assert {each["actor"] for each in trail(acme)[before:]} == {key_of_first(acme)}


def key_of_first(tenant: Tenant) -> str:
    return str(ApiKey.objects.filter(project=tenant.project).earliest("created_at").id)


def test_an_agent_and_who_claims_it_are_recorded(client: Ask, database: None) -> None:
    nobody = client("")
    agent = nobody.post("/api/v1/auth/agent_mode/", {}, format="json").json()
    nobody.post("/api/v1/auth/email_code/", {"email": "eve@example.org"}, format="json")
    code = next(word for word in mail.outbox[0].body.replace(".", " ").split() if word.isdigit())
    body = {"email": "eve@example.org", "code": code, "agent_mode_api_key": agent["api_key"]}
    claimed = nobody.post("/api/v1/auth/email_code/verify/", body, format="json")
    assert claimed.status_code == 200, claimed.content
    eve = str(User.objects.get(email="eve@example.org").id)
    key = str(ApiKey.objects.get().id)
    kept = AuditRecord.objects.filter(organization_id=agent["org_id"]).order_by("number")
    assert list(kept.values_list("action", "actor")) == [
        ("organization.founded", "anonymous"),
        ("project.created", "anonymous"),
        ("key.issued", "anonymous"),
        ("agent.registered", key),
        ("member.added", eve),
        ("agent.claimed", eve),
    ]


def test_what_is_undone_is_not_recorded_and_what_is_not_recorded_is_undone(acme: Tenant) -> None:
    keys, records = ApiKey.objects.count(), AuditRecord.objects.count()
    with transaction.atomic():
        issue_key(acme.project.id, name="other")
        transaction.set_rollback(True)
    assert (ApiKey.objects.count(), AuditRecord.objects.count()) == (keys, records)
    AuditHead.objects.filter(organization=acme.organization).delete()
    with pytest.raises(ChainMissing):
        issue_key(acme.project.id, name="other")
    assert (ApiKey.objects.count(), AuditRecord.objects.count()) == (keys, records)


def test_appends_at_the_same_time_never_fork_a_chain(acme: Tenant, globex: Tenant) -> None:
    before = AuditRecord.objects.count()

    def append_some(tenant: Tenant) -> None:
        for number in range(25):
            record(Action.MEMORY_READ, [number], organization_id=tenant.organization.id)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append_some, [acme, globex] * 4))
    assert AuditRecord.objects.count() == before + 200
    for tenant in (acme, globex):
        assert verify_chain(tenant.organization.id).broken_at is None


def test_without_a_request_the_server_itself_acts(acme: Tenant) -> None:
    issue_key(acme.project.id, name="other")
    assert AuditRecord.objects.latest("id").actor == SYSTEM
