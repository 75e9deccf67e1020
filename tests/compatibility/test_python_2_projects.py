"""The official client for Python, version 2: projects, members, webhooks, exports, profiles."""

import pytest

from tests.compatibility.driving import Client, ClientRaised
from tests.compatibility.server import eventually

ANA = {"user_id": "ana"}
FOOD = {
    "type": "object",
    "properties": {"food": {"type": "string", "description": "favourite food"}},
}
BREAD = "My favourite food is bread."
# Version 2.2 brought profiles.
WITH_PROFILES = [("mem0ai-2.2.1", "MemoryClient"), ("mem0ai-2.2.1", "AsyncMemoryClient")]


def test_the_settings_of_a_project_are_changed_and_read(python_2: Client) -> None:
    categories = [{"boats": "about boats"}]
    said = python_2.call(
        "project.update",
        custom_instructions="Only what is about boats.",
        agent_custom_instructions="Only what was promised.",
        custom_categories=categories,
        multilingual=True,
        decay=True,
    )
    assert said["message"] == "Project updated successfully"
    found = python_2.call("project.get")
    assert found["custom_instructions"] == "Only what is about boats."
    assert found["agent_custom_instructions"] == "Only what was promised."
    assert found["custom_categories"] == categories
    assert (found["multilingual"], found["decay"]) == (True, True)
    assert found["project_id"] == python_2.key.project_id
    some = python_2.call("project.get", fields=["custom_categories"])
    assert some["custom_categories"] == categories
    python_2.call("project.update", custom_instructions="")
    assert not python_2.call("project.get")["custom_instructions"]


def test_the_older_calls_for_a_project_work(python_2: Client) -> None:
    python_2.call("update_project", custom_instructions="Boats.")
    assert (
        python_2.call("get_project", fields=["custom_instructions"])["custom_instructions"]
        == "Boats."
    )


def test_a_project_is_made_and_deleted(python_2: Client) -> None:
    made = python_2.call("project.create", "Boats", "All about boats")
    assert made["project_id"] != python_2.key.project_id
    assert made["message"]
    # The client goes on with the key's own project, which is the organisation's last.
    assert python_2.call("project.get")["project_id"] == python_2.key.project_id


def test_members_of_a_project_are_added_changed_and_removed(python_2: Client) -> None:
    other = python_2.server.log_in().email
    assert python_2.call("project.add_member", other, "READER")["message"]

    def roles() -> dict[str, str]:
        members = python_2.call("project.get_members")["members"]
        return {each["username"]: each["role"] for each in members}

    assert roles() == {python_2.key.email: "OWNER", other: "READER"}
    assert python_2.call("project.update_member", other, "OWNER")["message"]
    assert roles()[other] == "OWNER"
    assert python_2.call("project.remove_member", other)["message"]
    assert other not in roles()
    with pytest.raises(ClientRaised) as raised:
        python_2.call("project.remove_member", other)
    assert raised.value.status == "HTTP_404"


def test_webhooks_are_made_changed_listed_and_deleted(python_2: Client) -> None:
    project = python_2.key.project_id
    made = python_2.call(
        "create_webhook", "https://93.184.215.14/hook", "mine", project, ["memory_add"]
    )
    assert (made["name"], made["event_types"], made["is_active"]) == ("mine", ["memory_add"], True)
    assert made["project"] == project
    python_2.call("update_webhook", made["webhook_id"], name="ours", event_types=["memory_delete"])
    (listed,) = python_2.call("get_webhooks", project)
    assert (listed["webhook_id"], listed["name"]) == (made["webhook_id"], "ours")
    assert (listed["url"], listed["event_types"]) == (made["url"], ["memory_delete"])
    assert python_2.call("delete_webhook", made["webhook_id"])["message"]
    assert python_2.call("get_webhooks", project) == []


def test_an_export_is_laid_out_by_the_schema(python_2: Client) -> None:
    python_2.call("add", BREAD, user_id="ana", infer=False)
    made = python_2.call("create_memory_export", FOOD, filters={"AND": [ANA]})
    assert made["message"]
    by_id = python_2.call("get_memory_export", memory_export_id=made["id"])
    assert "bread" in by_id["food"]
    assert python_2.call("get_memory_export", filters={"AND": [ANA]}) == by_id
    with pytest.raises(ClientRaised) as raised:
        python_2.call("get_memory_export", filters={"AND": [{"user_id": "nobody"}]})
    assert raised.value.status == "HTTP_404"


def test_memories_are_summed_up(python_2: Client) -> None:
    python_2.call("add", BREAD, user_id="ana", infer=False)
    (summary,) = python_2.call("get_summary", filters=ANA)
    assert "bread" in summary["summary"]


@pytest.mark.parametrize("running_python_2", WITH_PROFILES, ids=" ".join, indirect=True)
def test_a_profile_is_laid_out_by_the_projects_schema(python_2: Client) -> None:
    python_2.call("add", BREAD, infer=False, **ANA)
    assert python_2.call("get_profile", "ana")["status"] == "not_enabled"
    kept = python_2.call(
        "update_profile_settings", enabled=True, schema=FOOD, custom_instructions="Short."
    )
    assert kept["entities"]["user"] == {"schema": FOOD, "custom_instructions": "Short."}
    assert python_2.call("get_profile_settings") == kept
    job = python_2.call("generate_profile", "ana", idempotency_key="k" * 32)
    again = python_2.call("generate_profile", "ana", idempotency_key="k" * 32)
    assert (again["job_id"], again["replayed"]) == (job["job_id"], True)
    for wanted in (job["job_id"], job["status_url"]):
        assert python_2.call("get_profile_job", wanted)["job"]["status"] == "succeeded"
    profile = eventually(
        lambda: python_2.call("get_profile", "ana"),
        until=lambda found: bool(found["status"] == "succeeded"),
    )
    assert "bread" in profile["profile"]["food"]
    assert python_2.call("sample_profiles", limit=1)["entity_ids"] == ["ana"]
    with pytest.raises(ClientRaised) as raised:
        python_2.call("get_profile", "nobody")
    assert raised.value.kind == "MemoryNotFoundError"
