"""The official client for Node.js, version 2, which knows the addresses of versions 1 and 2."""

import pytest

from tests.compatibility.driving import Client, ClientRaised
from tests.compatibility.server import eventually

ANA = {"user_id": "ana"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
FOOD = {
    "type": "object",
    "properties": {"food": {"type": "string", "description": "favourite food"}},
}
BREAD = "My favourite food is bread."


def said(text: str) -> list[dict[str, str]]:
    """One message of the user."""
    return [{"role": "user", "content": text}]


def keep(client: Client, text: str, **owner: str) -> str:
    """Store a text as it is; its id."""
    (stored,) = client.call("add", said(text), {"infer": False, **(owner or ANA)})
    id_: str = stored["id"]
    return id_


def texts(client: Client, user: str = "ana") -> list[str]:
    """The texts of somebody's memories, in the order of the alphabet."""
    return sorted(each["memory"] for each in client.call("getAll", {"user_id": user}))


def test_a_key_is_tried(node_2: Client) -> None:
    assert node_2.call("ping") is None
    node_2.open("rmb_wrong")
    with pytest.raises(ClientRaised, match="API key"):
        node_2.call("ping")


def test_a_conversation_is_learned_in_the_background(node_2: Client) -> None:
    metadata = {"snake_key": 1, "camelKey": 2}
    (event,) = node_2.call("add", said("I live in Porto."), {**ANA, "metadata": metadata})
    assert event["status"] == "PENDING"
    assert event["event_id"]
    (learned,) = eventually(lambda: node_2.call("getAll", ANA))
    assert (learned["memory"], learned["metadata"]) == ("User lives in Porto.", metadata)


def test_an_add_by_version_2_of_the_address_answers_with_results(node_2: Client) -> None:
    asked = {**ANA, "api_version": "v2", "output_format": "v1.1", "async_mode": False}
    answer = node_2.call("add", said("I live in Porto."), asked)
    assert [each["memory"] for each in answer["results"]] == ["User lives in Porto."]


def test_memories_are_listed_by_both_versions_of_the_address(node_2: Client) -> None:
    for number in range(3):
        keep(node_2, f"Thing {number}")
    filters = {"api_version": "v2", "filters": {"AND": [ANA]}}
    for asked in (ANA, filters):
        assert len(node_2.call("getAll", asked)) == 3
        page = node_2.call("getAll", {**asked, "page": 2, "page_size": 2})
        assert (page["count"], len(page["results"])) == (3, 1)


def test_a_search_finds_what_answers_it(node_2: Client) -> None:
    keep(node_2, "I adopted a cat called Minou.")
    filters = {"api_version": "v2", "filters": {"AND": [ANA]}, "top_k": 3}
    for asked in ({**ANA, "limit": 3}, filters):
        (hit,) = node_2.call("search", "What is the cat called?", asked)
        assert hit["memory"] == "I adopted a cat called Minou."
        assert hit["score"] > 0


def test_a_memory_is_read_changed_and_deleted(node_2: Client) -> None:
    id_ = keep(node_2, "I own a boat.")
    assert node_2.call("get", id_)["memory"] == "I own a boat."
    changed = node_2.call("update", id_, {"text": "I own two boats.", "metadata": {"k": 1}})
    assert (changed["memory"], changed["metadata"]) == ("I own two boats.", {"k": 1})
    assert [each["event"] for each in node_2.call("history", id_)] == ["ADD", "UPDATE"]
    assert node_2.call("delete", id_)["message"]
    with pytest.raises(ClientRaised) as raised:
        node_2.call("get", id_)
    assert (raised.value.kind, raised.value.status) == ("MemoryNotFoundError", "HTTP_404")


def test_all_of_somebody_is_deleted_and_without_an_id_nothing(node_2: Client) -> None:
    keep(node_2, "Ana's")
    keep(node_2, "Bob's", user_id="bob")
    with pytest.raises(ClientRaised) as raised:
        node_2.call("deleteAll")
    assert (raised.value.kind, raised.value.status) == ("ValidationError", "HTTP_400")
    assert node_2.call("deleteAll", ANA)["message"]
    eventually(lambda: texts(node_2), until=lambda found: found == [])
    assert texts(node_2, "bob") == ["Bob's"]


def test_users_are_listed_and_deleted(node_2: Client) -> None:
    keep(node_2, "Ana's")
    keep(node_2, "Bob's", user_id="bob", agent_id="bot")
    listed = node_2.call("users")
    rows = {row["name"]: row for row in listed["results"]}
    assert (listed["count"], listed["total_users"], set(rows)) == (3, 2, {"ana", "bob", "bot"})
    assert node_2.call("deleteUsers", {"user_id": "bob"})["message"]
    by_number = {"entity_id": int(rows["bot"]["id"]), "entity_type": "agent"}
    assert node_2.call("deleteUser", by_number)["message"]
    assert {row["name"] for row in node_2.call("users")["results"]} == {"ana"}
    assert node_2.call("deleteUsers")["message"]
    assert node_2.call("users")["results"] == []


def test_many_memories_are_changed_and_deleted_at_once(node_2: Client) -> None:
    ids = [keep(node_2, f"Thing {number}") for number in range(2)]
    rows = [{"memoryId": id_, "text": f"Changed {place}"} for place, id_ in enumerate(ids)]
    assert node_2.call("batchUpdate", rows)["message"] == "Successfully updated 2 memories"
    assert texts(node_2) == ["Changed 0", "Changed 1"]
    assert node_2.call("batchDelete", ids)["message"] == "Successfully deleted 2 memories"
    assert texts(node_2) == []


def test_the_settings_of_a_project_are_changed_and_read(node_2: Client) -> None:
    categories = [{"boats": "about boats"}]
    asked = {"custom_instructions": "Boats.", "custom_categories": categories}
    assert node_2.call("updateProject", asked)["message"]
    found = node_2.call("getProject", {"fields": ["custom_instructions", "custom_categories"]})
    assert (found["custom_instructions"], found["custom_categories"]) == ("Boats.", categories)


def test_webhooks_are_made_changed_listed_and_deleted(node_2: Client) -> None:
    node_2.call("ping")
    wanted = {"name": "mine", "url": "https://93.184.215.14/hook", "eventTypes": ["memory_add"]}
    made = node_2.call("createWebhook", wanted)
    assert (made["is_active"], made["event_types"]) == (True, ["memory_add"])
    assert node_2.call("updateWebhook", {"webhookId": made["webhook_id"], "name": "ours"})
    (listed,) = node_2.call("getWebhooks")
    assert (listed["name"], listed["event_types"]) == ("ours", ["memory_add"])
    assert node_2.call("deleteWebhook", {"webhookId": made["webhook_id"]})["message"]
    assert node_2.call("getWebhooks", {"projectId": node_2.key.project_id}) == []


def test_exports_and_feedback_work(node_2: Client) -> None:
    id_ = keep(node_2, BREAD)
    made = node_2.call("createMemoryExport", {"schema": FOOD, "filters": {"AND": [ANA]}})
    by_id = node_2.call("getMemoryExport", {"memory_export_id": made["id"]})
    assert "bread" in by_id["food"]
    given = node_2.call("feedback", {"memory_id": id_, "feedback": "POSITIVE"})
    assert given["feedback"] == "POSITIVE"


def test_what_is_refused_raises_the_clients_own_exceptions(node_2: Client) -> None:
    for id_, kind, status in (
        ("nope", "ValidationError", "HTTP_400"),
        (UNKNOWN, "MemoryNotFoundError", "HTTP_404"),
    ):
        with pytest.raises(ClientRaised) as raised:
            node_2.call("get", id_)
        assert (raised.value.kind, raised.value.status) == (kind, status)
