"""Organisations over REST."""

from controlplane.apikeys.models import ApiKey
from controlplane.organizations.models import Organization
from tests.server.conftest import Ask, Tenant
from tests.server.organizations.conftest import BASE, Owned


def test_a_key_lists_its_own_organization_alone(
    initech: Owned, globex: Tenant, client: Ask
) -> None:
    (found,) = client(initech.token).get(f"{BASE}/").json()
    assert found["org_id"] == str(initech.organization.id)
    assert found["name"] == "Initech"
    assert found["user_role"] == "OWNER"
    assert found["is_owner"] is True
    (member,) = found["members"]
    assert member["username"] == member["email"] == "owner@initech.example"
    assert member["role"] == "OWNER"
    assert {"created_at", "updated_at", "is_default", "byok_enabled", "invitations"} < found.keys()


def test_one_organization_reads_as_it_does_in_the_list(initech: Owned, client: Ask) -> None:
    asking = client(initech.token)
    assert [asking.get(f"{initech.address}/").json()] == asking.get(BASE).json()


def test_a_key_that_only_reads_says_so(initech: Owned, client: Ask) -> None:
    found = client(initech.key("read")).get(f"{initech.address}/").json()
    assert (found["user_role"], found["is_owner"]) == ("READER", False)


def test_a_new_organization_belongs_to_the_keys_person_and_comes_with_a_key(
    initech: Owned, client: Ask
) -> None:
    response = client(initech.token).post(f"{BASE}/", {"name": "Second"}, format="json")
    assert response.status_code == 201
    said = response.json()
    second = client(said["api_key"])
    found = second.get(f"{BASE}/{said['org_id']}/").json()
    assert [member["email"] for member in found["members"]] == ["owner@initech.example"]
    ping = second.get("/v1/ping/").json()
    assert (ping["org_id"], ping["project_id"]) == (said["org_id"], said["project_id"])
    # The asking key stays where it was.
    assert client(initech.token).get(f"{BASE}/{said['org_id']}/").status_code == 404


def test_a_key_of_nobody_makes_no_organization(acme: Tenant, client: Ask) -> None:
    response = client(acme.token).post(f"{BASE}/", {"name": "Second"}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "key_of_nobody")
    assert Organization.objects.count() == 1


def test_a_new_organizations_key_holds_and_lasts_no_more_than_the_asking_one(
    initech: Owned, client: Ask
) -> None:
    asking = initech.key("admin", "read", created_by=initech.owner)
    token = client(asking).post(f"{BASE}/", {"name": "Second"}, format="json").json()["api_key"]
    assert ApiKey.objects.get(last_four=token[-4:], name="First key").scopes == ["admin", "read"]


def test_an_organization_needs_a_name(initech: Owned, client: Ask) -> None:
    for body in ({}, {"name": "  "}, {"name": 5}, {"name": "x" * 201}):
        response = client(initech.token).post(f"{BASE}/", body, format="json")
        assert (response.status_code, list(response.json()["fields"])) == (400, ["name"])


def test_a_deleted_organization_is_gone_with_its_keys(
    initech: Owned, globex: Tenant, client: Ask
) -> None:
    asking = client(initech.token)
    response = asking.delete(f"{initech.address}/")
    assert response.status_code == 200
    assert response.json()["message"]
    assert asking.get(f"{initech.address}/").status_code == 401
    assert asking.get("/v1/ping/").status_code == 401
    assert list(Organization.objects.all()) == [globex.organization]
    assert client(globex.token).get("/v1/ping/").status_code == 200
