"""Projects and their settings over REST."""

from uuid import UUID

from controlplane.organizations.models import Project
from tests.server.conftest import Ask, Tenant
from tests.server.organizations.conftest import Owned


def made(initech: Owned, client: Ask, **body: object) -> str:
    response = client(initech.token).post(f"{initech.address}/projects/", body, format="json")
    assert response.status_code == 200, response.content
    found: str = response.json()["project_id"]
    return found


def changed(initech: Owned, client: Ask, **body: object) -> dict[str, object]:
    asking = client(initech.token)
    response = asking.patch(f"{initech.project_address}/", body, format="json")
    assert response.status_code == 200, response.content
    assert response.json() == {"message": "Project updated successfully"}
    found: dict[str, object] = asking.get(f"{initech.project_address}/").json()
    return found


def test_a_new_project_is_listed_and_its_maker_belongs_to_it(initech: Owned, client: Ask) -> None:
    project_id = made(initech, client, name="Second", description="for tests")
    asking = client(initech.token)
    first, second = asking.get(f"{initech.address}/projects").json()
    assert (first["is_default"], second["is_default"]) == (True, False)
    assert (second["project_id"], second["name"]) == (project_id, "Second")
    assert second["description"] == "for tests"
    assert second == asking.get(f"{initech.address}/projects/{project_id}").json()


def test_only_a_key_with_admin_sees_the_other_projects(initech: Owned, client: Ask) -> None:
    project_id = made(initech, client, name="Second")
    asking = client(initech.key("read", "write", "delete"))
    (seen,) = asking.get(f"{initech.address}/projects/").json()
    assert seen["project_id"] == str(initech.project.id)
    assert seen["user_role"] == "READER"
    assert asking.get(f"{initech.project_address}/").status_code == 200
    for path in ("", "members/"):
        address = f"{initech.address}/projects/{project_id}/{path}"
        assert asking.get(address).status_code == 404
        assert client(initech.token).get(address).status_code == 200


def test_a_project_reads_with_every_setting_also_before_any_is_given(
    acme: Tenant, client: Ask
) -> None:
    address = f"/api/v1/orgs/organizations/{acme.organization.id}/projects/{acme.project.id}/"
    found = client(acme.token).get(address, {"fields": ["decay"], "org_id": "x"}).json()
    assert found["custom_instructions"] is None
    assert found["multilingual"] is False
    assert set(
        """custom_instructions custom_categories agent_custom_instructions multilingual decay
        timezone language retention_days memory_depth usecase_setting version retrieval_criteria
        enable_graph inclusion_prompt exclusion_prompt user_role is_default org_id project_id name
        description created_at updated_at""".split()
    ) <= set(found)


def test_what_others_keep_among_the_settings_is_neither_shown_nor_lost(
    initech: Owned, client: Ask
) -> None:
    initech.project.settings = {"another's": {"enabled": True}}
    initech.project.save()
    assert "another's" not in changed(initech, client, decay=True)
    kept = Project.objects.get(id=initech.project.id).settings
    assert kept == {"another's": {"enabled": True}, "decay": True}


SETTINGS = [
    ("custom_instructions", "Only facts about food."),
    ("agent_custom_instructions", "Only what was promised."),
    ("custom_categories", [{"food": "what they eat"}, {"travel": "where they go", "pets": ""}]),
    ("custom_categories", ["food", "travel"]),
    ("multilingual", True),
    ("decay", True),
    ("timezone", "Europe/Lisbon"),
    ("language", "pt-BR"),
    ("retention_days", 30),
    ("memory_depth", "deep"),
    ("usecase_setting", {"kind": ["support"]}),
    ("version", "v2"),
    ("retrieval_criteria", [{"name": "joy", "weight": 2}]),
    ("enable_graph", True),
    ("inclusion_prompt", "food"),
    ("exclusion_prompt", "health"),
    ("name", "Renamed"),
    ("description", "for tests"),
]


def test_a_setting_reads_back_in_the_shape_it_was_given(initech: Owned, client: Ask) -> None:
    for field, value in SETTINGS:
        assert changed(initech, client, **{field: value})[field] == value, field


def test_a_setting_that_is_not_named_stays(initech: Owned, client: Ask) -> None:
    changed(initech, client, custom_instructions="Only food.")
    found = changed(initech, client, decay=True)
    assert (found["custom_instructions"], found["decay"]) == ("Only food.", True)


def test_an_empty_text_or_null_clears_instructions(initech: Owned, client: Ask) -> None:
    for field in ("custom_instructions", "agent_custom_instructions"):
        for nothing in ("", None):
            changed(initech, client, **{field: "Only food."})
            assert changed(initech, client, **{field: nothing})[field] is None


def test_instructions_may_come_in_lines(initech: Owned, client: Ask) -> None:
    found = changed(initech, client, custom_instructions=["Only food.", "No health."])
    assert found["custom_instructions"] == "Only food.\nNo health."


def test_fields_without_effect_are_named_and_ids_are_not(initech: Owned, client: Ask) -> None:
    body = {"decay": True, "org_id": "x", "project_id": "y", "is_default": False, "naïve, \n": 1}
    response = client(initech.token).patch(f"{initech.project_address}/", body, format="json")
    assert response.status_code == 200
    assert response["X-Remembrancer-Ignored"] == "is_default, na%C3%AFve%2C%20%0A"
    kept = Project.objects.get(id=initech.project.id)
    assert (kept.settings, kept.is_default) == ({"decay": True}, True)


WRONG = [
    ("custom_instructions", 5),
    ("custom_instructions", "x" * 4001),
    ("custom_categories", "food"),
    ("custom_categories", [{}]),
    ("custom_categories", [{"food": 5}]),
    ("custom_categories", [{"": "what"}]),
    ("custom_categories", [{f"c{number}": ""} for number in range(101)]),
    ("multilingual", "yes"),
    ("decay", 1),
    ("timezone", "Mars/Olympus"),
    ("timezone", "../../etc/passwd"),
    ("language", "?"),
    ("retention_days", 0),
    ("retention_days", True),
    ("memory_depth", ["x" * 32_768]),
    ("name", ""),
    ("description", 5),
]


def test_a_setting_that_cant_be_is_refused_by_name_and_changes_nothing(
    initech: Owned, client: Ask
) -> None:
    asking = client(initech.token)
    for field, value in WRONG:
        body = {"version": "v2", field: value}
        response = asking.patch(f"{initech.project_address}/", body, format="json")
        (named,) = response.json()["fields"]
        assert (response.status_code, named.partition("[")[0]) == (400, field)
    assert Project.objects.get(id=initech.project.id).settings == {}


def test_an_organization_keeps_one_project(initech: Owned, client: Ask) -> None:
    response = client(initech.token).delete(f"{initech.project_address}/")
    assert (response.status_code, response.json()["code"]) == (409, "last_project")
    assert client(initech.token).get(f"{initech.project_address}/").status_code == 200


def test_a_deleted_default_project_is_followed_by_the_oldest_other_one(
    initech: Owned, client: Ask
) -> None:
    second = made(initech, client, name="Second")
    made(initech, client, name="Third")
    assert client(initech.token).delete(f"{initech.project_address}/").status_code == 200
    assert client(initech.token).get("/v1/ping/").status_code == 401
    kept = Project.objects.filter(organization=initech.organization, is_default=True)
    assert [each.id for each in kept] == [UUID(second)]


def test_deleting_another_project_leaves_the_default_one(initech: Owned, client: Ask) -> None:
    second = made(initech, client, name="Second")
    assert client(initech.token).delete(f"{initech.address}/projects/{second}").status_code == 200
    (left,) = client(initech.token).get(f"{initech.address}/projects").json()
    assert (left["project_id"], left["is_default"]) == (str(initech.project.id), True)
