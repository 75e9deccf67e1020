"""Keys over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from controlplane.accounts.models import User
from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.organizations.models import Project
from tests.server.conftest import Ask, Tenant

KEYS = "/api/v1/keys/"
MISSING = "00000000-0000-4000-8000-000000000000"


def made(client: Ask, token: str, **body: object) -> dict[str, Any]:
    response = client(token).post(KEYS, {"name": "mine", **body}, format="json")
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def limited(acme: Tenant, *scopes: str, **more: Any) -> str:
    return issue_key(acme.project.id, name="limited", scopes=scopes, **more).token


def test_a_new_key_works_and_its_token_is_shown_once(acme: Tenant, client: Ask) -> None:
    key = made(client, acme.token)
    assert client(key["token"]).get("/v1/ping/").json()["project_id"] == str(acme.project.id)
    listed = client(acme.token).get(KEYS).json()
    assert listed["count"] == 2
    newest = listed["results"][0]
    assert newest["id"] == key["id"]
    assert newest["last_four"] == key["token"][-4:]
    assert {"name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"} < set(
        newest
    )
    assert key["token"] not in str(listed)
    assert "digest" not in newest


def test_admin_must_be_asked_for(acme: Tenant, client: Ask) -> None:
    assert made(client, acme.token)["scopes"] == ["delete", "read", "write"]
    assert made(client, acme.token, scopes=["admin"])["scopes"] == ["admin"]


def test_a_key_is_made_by_who_made_the_asking_one(acme: Tenant, client: Ask) -> None:
    ana = User.objects.create_user("ana@acme.example")
    key = made(client, limited(acme, "admin", "read", created_by=ana.id))
    assert ApiKey.objects.get(id=key["id"]).created_by == ana


def test_both_spellings_are_served(acme: Tenant, client: Ask) -> None:
    for address in (KEYS, KEYS.rstrip("/")):
        assert client(acme.token).get(address).status_code == 200


WRONG: list[dict[str, object]] = [
    {"name": ""},
    {"name": 5},
    {"name": "x" * 201},
    {"scopes": []},
    {"scopes": "read"},
    {"scopes": ["king"]},
    {"scopes": [["read"]]},
    {"expires_at": "tomorrow"},
    {"expires_at": 5},
    {"expires_at": "2020-01-01"},
    {"expires_at": "9999-12-31T23:59:59-23:00"},
    {"expires": "2099-01-01"},
]


def test_what_a_key_cant_be_is_refused_by_name(acme: Tenant, client: Ask) -> None:
    for body in WRONG:
        response = client(acme.token).post(KEYS, {"name": "mine", **body}, format="json")
        assert (response.status_code, list(response.json()["fields"])) == (422, list(body))
    assert ApiKey.objects.count() == 1


def test_a_key_gives_no_scope_that_it_lacks(acme: Tenant, client: Ask) -> None:
    asking = limited(acme, "admin", "read")
    body = {"name": "mine", "scopes": ["read", "write"]}
    response = client(asking).post(KEYS, body, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "more_than_held")
    full = ApiKey.objects.get(name="all")
    response = client(asking).post(f"{KEYS}{full.id}/rotate/", {}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "more_than_held")
    assert ApiKey.objects.count() == 2


def test_a_key_gives_no_longer_life_than_it_has(acme: Tenant, client: Ask) -> None:
    ends = timezone.now() + timedelta(days=1)
    asking = limited(acme, "admin", "read", expires_at=ends)
    assert made(client, asking)["expires_at"] == ends.isoformat()
    later = {"name": "mine", "expires_at": (ends + timedelta(hours=1)).isoformat()}
    assert client(asking).post(KEYS, later, format="json").status_code == 403
    own = ApiKey.objects.get(name="limited")
    response = client(asking).post(f"{KEYS}{own.id}/rotate/", {}, format="json")
    assert response.json()["expires_at"] == ends.isoformat()
    forever = issue_key(acme.project.id, name="forever", scopes=["read"]).key
    response = client(asking).post(f"{KEYS}{forever.id}/rotate/", {}, format="json")
    assert response.status_code == 403


def test_a_rotated_key_stays_good_for_the_overlap(acme: Tenant, client: Ask) -> None:
    old = made(client, acme.token, scopes=["read"])
    response = client(acme.token).post(
        f"{KEYS}{old['id']}/rotate/", {"overlap_hours": 2}, format="json"
    )
    assert response.status_code == 201
    new = response.json()
    assert new["scopes"] == ["read"]
    assert client(old["token"]).get("/v1/ping/").status_code == 200
    assert client(new["token"]).get("/v1/ping/").status_code == 200
    kept = ApiKey.objects.get(id=old["id"])
    assert kept.expires_at is not None
    assert timedelta(hours=1.9) < kept.expires_at - timezone.now() < timedelta(hours=2)
    again = client(acme.token).post(f"{KEYS}{old['id']}/rotate/", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_rotatable")


def test_without_an_overlap_a_rotated_key_ends_at_once(acme: Tenant, client: Ask) -> None:
    old = made(client, acme.token)
    assert client(old["token"]).get("/v1/ping/").status_code == 200
    body = {"overlap_hours": 0}
    client(acme.token).post(f"{KEYS}{old['id']}/rotate", body, format="json")
    assert client(old["token"]).get("/v1/ping/").status_code == 401


def test_what_an_overlap_cant_be_is_refused(acme: Tenant, client: Ask) -> None:
    key = made(client, acme.token)
    for body in ({"overlap_hours": -1}, {"overlap_hours": "2"}, {"overlap": 2}):
        response = client(acme.token).post(f"{KEYS}{key['id']}/rotate/", body, format="json")
        assert (response.status_code, list(response.json()["fields"])) == (422, list(body))


def test_a_revoked_key_is_refused_at_once_and_stays_in_the_list(acme: Tenant, client: Ask) -> None:
    key = made(client, acme.token)
    assert client(key["token"]).get("/v1/ping/").status_code == 200
    assert client(acme.token).delete(f"{KEYS}{key['id']}/").json()["message"]
    assert client(key["token"]).get("/v1/ping/").status_code == 401
    newest = client(acme.token).get(KEYS).json()["results"][0]
    assert (newest["id"], newest["revoked_at"] is None) == (key["id"], False)
    assert client(acme.token).delete(f"{KEYS}{key['id']}/").status_code == 200
    response = client(acme.token).post(f"{KEYS}{key['id']}/rotate/", {}, format="json")
    assert response.status_code == 409


CALLS = [("delete", "{id}/"), ("delete", "{id}"), ("post", "{id}/rotate/"), ("post", "{id}/rotate")]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_globex_key_cant_and_learns_nothing(
    acme: Tenant, globex: Tenant, client: Ask, method: str, path: str
) -> None:
    theirs = made(client, acme.token)
    ask = getattr(client(globex.token), method)
    answers = {
        (response.status_code, response.content)
        for id_ in (theirs["id"], MISSING, "no-id")
        for response in [ask(KEYS + path.format(id=id_), {}, format="json")]
    }
    assert [status for status, _ in answers] == [404]
    assert client(theirs["token"]).get("/v1/ping/").status_code == 200


def test_a_globex_key_lists_and_makes_keys_of_its_own_project_alone(
    acme: Tenant, globex: Tenant, client: Ask
) -> None:
    made(client, globex.token)
    assert client(globex.token).get(KEYS).json()["count"] == 2
    assert client(acme.token).get(KEYS).json()["count"] == 1
    assert ApiKey.objects.filter(project=acme.project).count() == 1


def test_keys_of_another_project_of_the_same_organization_are_out_of_reach(
    acme: Tenant, client: Ask
) -> None:
    second = Project.objects.create(organization=acme.organization, name="Second")
    key = issue_key(second.id, name="second").key
    assert client(acme.token).get(KEYS).json()["count"] == 1
    assert client(acme.token).delete(f"{KEYS}{key.id}/").status_code == 404


def test_all_of_it_needs_admin(acme: Tenant, client: Ask) -> None:
    key = made(client, acme.token)
    limited_key = limited(acme, "read", "write", "delete")
    for method, path in [*CALLS, ("get", ""), ("post", "")]:
        address = KEYS + path.format(id=key["id"])
        for token, status in ((limited_key, 403), ("", 401)):
            response = getattr(client(token), method)(address, {}, format="json")
            assert response.status_code == status, (method, path)
