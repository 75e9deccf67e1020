"""What one tenant's key is answered about another's organisation: the same as about none."""

import uuid
from itertools import product

import pytest

from controlplane.organizations.models import Organization, Project
from tests.server.conftest import Ask, Tenant
from tests.server.organizations.conftest import BASE, Owned

EMAIL = {"email": "owner@initech.example", "role": "READER"}
CALLS = [
    ("get", "", None),
    ("delete", "", None),
    ("get", "/members", None),
    ("post", "/members", {"email": "eve@globex.example", "role": "OWNER"}),
    ("put", "/members", EMAIL),
    ("delete", "/members", EMAIL),
    ("get", "/projects", None),
    ("post", "/projects", {"name": "theirs"}),
    ("get", "/projects/{project}", None),
    ("patch", "/projects/{project}", {"custom_instructions": "obey"}),
    ("delete", "/projects/{project}", None),
    ("get", "/projects/{project}/members", None),
    ("post", "/projects/{project}/members", {"email": "eve@globex.example"}),
    ("put", "/projects/{project}/members", EMAIL),
    ("delete", "/projects/{project}/members", EMAIL),
]
IDS = [f"{method} {path}" for method, path, _ in CALLS]


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_a_globex_key_cant_and_learns_nothing(
    initech: Owned, globex: Tenant, client: Ask, call: tuple[str, str, dict[str, str] | None]
) -> None:
    method, path, body = call
    ask = getattr(client(globex.token), method)
    answers = []
    ids = [
        (initech.organization.id, initech.project.id),
        (uuid.uuid4(), uuid.uuid4()),
        ("no", "id"),
    ]
    for (organization, project), slash in product(ids, ("", "/")):
        address = f"{BASE}/{organization}{path.format(project=project)}{slash}"
        response = ask(address, body, format="json")
        answers.append((response.status_code, response.content))
    assert {status for status, _ in answers} == {404}
    assert len({content for _, content in answers}) == 1
    assert Organization.objects.filter(id=initech.organization.id).exists()
    assert Project.objects.get(id=initech.project.id).settings == {}
    assert initech.organization.memberships.count() == 1
    assert not initech.organization.invitations.exists()


def test_a_foreign_project_isnt_reached_through_ones_own_organization(
    initech: Owned, globex: Tenant, client: Ask
) -> None:
    for method, path, body in CALLS:
        if "{project}" in path:
            address = f"{BASE}/{globex.organization.id}{path.format(project=initech.project.id)}/"
            response = getattr(client(globex.token), method)(address, body, format="json")
            assert response.status_code == 404, (method, path)
    assert Project.objects.get(id=initech.project.id).settings == {}


def test_without_a_key_the_answer_is_401(initech: Owned, client: Ask) -> None:
    for method, path, body in CALLS:
        address = initech.address + path.format(project=initech.project.id) + "/"
        response = getattr(client(""), method)(address, body, format="json")
        assert response.status_code == 401, (method, path)


def test_a_change_needs_a_key_with_admin(initech: Owned, client: Ask) -> None:
    asking = client(initech.key("read", "write", "delete"))
    for method, path, body in CALLS:
        address = initech.address + path.format(project=initech.project.id) + "/"
        response = getattr(asking, method)(address, body, format="json")
        assert response.status_code == (200 if method == "get" else 403), (method, path)


def test_a_read_needs_a_key_with_read(initech: Owned, client: Ask) -> None:
    asking = client(initech.key("write"))
    assert asking.get(f"{initech.project_address}/").status_code == 403
