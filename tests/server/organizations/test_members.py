"""Members of organisations and projects over REST."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from django.db import connections

from controlplane.accounts.models import User
from controlplane.agents.access import sign_in
from controlplane.organizations.models import Membership, OrganizationRole
from tests.server.conftest import Ask
from tests.server.organizations.conftest import Owned

OWNER, BEN = "owner@initech.example", "ben@initech.example"


@pytest.fixture
def ben(database: None) -> User:
    return User.objects.create_user(BEN)


def roles(initech: Owned, client: Ask, *, of: str = "") -> dict[str, str]:
    found = client(initech.token).get(f"{of or initech.address}/members/").json()
    return {member["username"]: member["role"] for member in found["members"]}


def ask(
    initech: Owned, client: Ask, method: str, body: dict[str, object], *, of: str = ""
) -> tuple[int, dict[str, object]]:
    address = f"{of or initech.address}/members/"
    response = getattr(client(initech.token), method)(address, body, format="json")
    return response.status_code, response.json()


def test_a_person_with_an_account_is_added_at_once(initech: Owned, ben: User, client: Ask) -> None:
    status, said = ask(initech, client, "post", {"email": "Ben@Initech.example", "role": "admin"})
    assert (status, bool(said["message"])) == (201, True)
    assert roles(initech, client) == {OWNER: "OWNER", BEN: "ADMIN"}
    status, said = ask(initech, client, "post", {"email": BEN, "role": "READER"})
    assert (status, said["code"]) == (409, "already_member")


def test_a_role_can_be_changed_and_taken(initech: Owned, ben: User, client: Ask) -> None:
    ask(initech, client, "post", {"email": BEN})
    assert roles(initech, client)[BEN] == "READER"
    assert ask(initech, client, "put", {"email": BEN, "role": "MEMBER"})[0] == 200
    assert roles(initech, client)[BEN] == "MEMBER"
    assert ask(initech, client, "delete", {"email": BEN})[0] == 200
    assert BEN not in roles(initech, client)
    assert ask(initech, client, "delete", {"email": BEN})[0] == 404
    assert ask(initech, client, "put", {"email": BEN, "role": "MEMBER"})[0] == 404


def test_a_member_may_be_named_in_the_query(initech: Owned, ben: User, client: Ask) -> None:
    ask(initech, client, "post", {"email": BEN})
    address = f"{initech.address}/members?email=ben%40initech.example"
    assert client(initech.token).delete(address).status_code == 200
    assert BEN not in roles(initech, client)


@pytest.mark.parametrize("body", [{"email": OWNER, "role": "READER"}, {"email": OWNER}])
def test_the_last_owner_stays(
    initech: Owned, ben: User, client: Ask, body: dict[str, object]
) -> None:
    method = "put" if "role" in body else "delete"
    ask(initech, client, "post", {"email": BEN, "role": "ADMIN"})
    status, said = ask(initech, client, method, body)
    assert (status, said["code"]) == (409, "last_owner")
    ask(initech, client, "put", {"email": BEN, "role": "OWNER"})
    assert ask(initech, client, method, body)[0] == 200
    # The owner's own key went with the role.
    assert client(initech.token).get("/v1/ping/").status_code == 401
    owners = Membership.objects.filter(organization=initech.organization, role="OWNER")
    assert [each.user for each in owners] == [ben]


def test_an_address_that_is_none_is_refused(initech: Owned, client: Ask) -> None:
    for email in (None, "", "ben", 5, ["x@y.example"]):
        for of, method in product(("", initech.project_address), ("post", "put", "delete")):
            status, said = ask(initech, client, method, {"email": email, "role": "OWNER"}, of=of)
            assert (status, list(said["fields"])) == (400, ["email"])  # type: ignore[call-overload]


def test_a_role_that_is_none_is_refused(initech: Owned, ben: User, client: Ask) -> None:
    of = initech.project_address
    wrong = [*product(("", of), ("KING", 5, ["OWNER"])), (of, "ADMIN")]
    for (of, role), method in product(wrong, ("post", "put")):
        status, said = ask(initech, client, method, {"email": BEN, "role": role}, of=of)
        assert (status, list(said["fields"])) == (400, ["role"])  # type: ignore[call-overload]


def test_a_project_has_members_of_its_own_beside_the_organizations(
    initech: Owned, ben: User, client: Ask
) -> None:
    of = initech.project_address
    assert ask(initech, client, "post", {"email": BEN, "role": "READER"}, of=of)[0] == 200
    assert roles(initech, client, of=of) == {OWNER: "OWNER", BEN: "READER"}
    assert roles(initech, client) == {OWNER: "OWNER"}
    assert ask(initech, client, "put", {"email": BEN, "role": "OWNER"}, of=of)[0] == 200
    assert roles(initech, client, of=of)[BEN] == "OWNER"
    address = f"{of}/members/?email={BEN}"
    assert client(initech.token).delete(address).status_code == 200
    assert client(initech.token).delete(address).status_code == 404
    assert roles(initech, client, of=of) == {OWNER: "OWNER"}


def test_who_owns_every_project_is_no_matter_of_one(initech: Owned, client: Ask) -> None:
    for method in ("post", "put", "delete"):
        body: dict[str, object] = {"email": OWNER, "role": "READER"}
        status, said = ask(initech, client, method, body, of=initech.project_address)
        assert (status, said["code"]) == (409, "inherited_member")


def test_a_removed_members_keys_are_good_no_longer(initech: Owned, ben: User, client: Ask) -> None:
    ask(initech, client, "post", {"email": BEN, "role": "ADMIN"})
    theirs = initech.key("read", created_by=ben)
    assert client(theirs).get("/v1/ping/").status_code == 200
    ask(initech, client, "delete", {"email": BEN})
    assert client(theirs).get("/v1/ping/").status_code == 401
    assert client(initech.token).get("/v1/ping/").status_code == 200


def test_a_lesser_role_revokes_the_keys_that_hold_more(
    initech: Owned, ben: User, client: Ask
) -> None:
    ask(initech, client, "post", {"email": BEN, "role": "ADMIN"})
    governing, reading = initech.key("admin", created_by=ben), initech.key("read", created_by=ben)
    ask(initech, client, "put", {"email": BEN, "role": "READER"})
    assert client(governing).get(f"{initech.address}/").status_code == 401
    assert client(reading).get("/v1/ping/").status_code == 200


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (OrganizationRole.OWNER, {"admin", "delete", "read", "write"}),
        (OrganizationRole.MEMBER, {"delete", "read", "write"}),
        (OrganizationRole.READER, {"read"}),
    ],
)
def test_signing_in_gives_a_key_that_may_what_the_role_may(
    initech: Owned, ben: User, role: OrganizationRole, scopes: set[str]
) -> None:
    Membership.objects.create(organization=initech.organization, user=ben, role=role)
    assert set(sign_in(ben).key.scopes) == scopes


def test_two_owners_who_remove_each_other_at_once_leave_one(
    initech: Owned, ben: User, client: Ask
) -> None:
    ask(initech, client, "post", {"email": BEN, "role": "OWNER"})
    token = initech.key("admin", "read")

    def remove(email: str) -> int:
        try:
            body, address = {"email": email}, f"{initech.address}/members/"
            return int(client(token).delete(address, body, format="json").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(remove, [OWNER, BEN]))
    assert answers == [200, 409]
    assert Membership.objects.filter(organization=initech.organization).count() == 1
