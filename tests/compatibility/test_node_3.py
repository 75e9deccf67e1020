"""The official client for Node.js, version 3."""

import pytest

from tests.compatibility.driving import Client, ClientRaised
from tests.compatibility.server import eventually

ANA = {"userId": "ana"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
FOOD = {
    "type": "object",
    "properties": {"favourite_food": {"type": "string", "description": "favourite food"}},
}
BREAD = "My favourite food is bread."


def said(text: str) -> list[dict[str, str]]:
    """One message of the user."""
    return [{"role": "user", "content": text}]


def keep(client: Client, text: str, **owner: str) -> str:
    """Store a text as it is; its id."""
    answer = client.call("add", said(text), {"infer": False, **(owner or ANA)})
    (stored,) = answer["results"]
    id_: str = stored["id"]
    return id_


def texts(client: Client, **filters: object) -> list[str]:
    """The texts of somebody's memories, in the order of the alphabet."""
    page = client.call("getAll", {"filters": filters or ANA})
    return sorted(each["memory"] for each in page["results"])


def test_a_key_is_tried(node_3: Client) -> None:
    assert node_3.call("ping") is None
    node_3.open("rmb_wrong")
    with pytest.raises(ClientRaised, match="API key") as raised:
        node_3.call("ping")
    assert (raised.value.kind, raised.value.status) == ("AuthenticationError", "HTTP_401")


@pytest.mark.parametrize("messages", [said("I live in Porto."), "I live in Porto."], ids=type)
def test_a_conversation_is_learned_in_the_background(node_3: Client, messages: object) -> None:
    metadata = {"snake_key": 1, "camelKey": 2}
    answer = node_3.call("add", messages, {**ANA, "metadata": metadata})
    assert answer["status"] == "PENDING"
    assert answer["eventId"]
    (learned,) = eventually(lambda: node_3.call("getAll", {"filters": ANA})["results"])
    assert (learned["memory"], learned["userId"]) == ("User lives in Porto.", "ana")
    assert learned["metadata"] == metadata
    assert learned["createdAt"]


def test_memories_come_in_pages(node_3: Client) -> None:
    for number in range(3):
        keep(node_3, f"Thing {number}")
    page = node_3.call("getAll", {"filters": {"user_id": "ana"}, "page": 2, "pageSize": 2})
    assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)
    assert "page=1" in page["previous"]
    alone = node_3.call("getAll", {"filters": ANA, "pageSize": 1})
    assert len(alone["results"]) == 1
    nobody = node_3.call("getAll", {"filters": {"userId": "nobody"}})
    assert (nobody["count"], nobody["results"]) == (0, [])


def test_a_search_finds_what_answers_it(node_3: Client) -> None:
    keep(node_3, "I adopted a cat called Minou.")
    asked = {"filters": {"AND": [ANA]}, "topK": 3, "threshold": 0.05, "rerank": True}
    (hit,) = node_3.call("search", "What is the cat called?", asked)["results"]
    assert hit["memory"] == "I adopted a cat called Minou."
    assert hit["score"] > 0
    assert node_3.call("search", "cat", {"filters": {"userId": "nobody"}})["results"] == []
    with pytest.raises(ClientRaised, match="user_id") as raised:
        node_3.call("search", "cat", {})
    assert (raised.value.kind, raised.value.status) == ("ValidationError", "HTTP_400")


def test_a_memory_is_read_changed_and_deleted(node_3: Client) -> None:
    id_ = keep(node_3, "I own a boat.", userId="ana", runId="r1")
    found = node_3.call("get", id_)
    assert (found["memory"], found["runId"]) == ("I own a boat.", "r1")
    asked = {"text": "I own two boats.", "metadata": {"k": 1}, "expirationDate": "2099-12-31"}
    changed = node_3.call("update", id_, asked)
    assert (changed["memory"], changed["metadata"]) == ("I own two boats.", {"k": 1})
    assert changed["expirationDate"] == "2099-12-31"
    lifted = node_3.call("update", id_, {"expirationDate": None})
    assert lifted["expirationDate"] is None
    history = node_3.call("history", id_)
    assert [each["event"] for each in history][:2] == ["ADD", "UPDATE"]
    assert history[1]["newMemory"] == "I own two boats."
    assert node_3.call("delete", id_, {"deleteLinked": True})["cascadeCount"] == 0
    with pytest.raises(ClientRaised) as raised:
        node_3.call("get", id_)
    assert (raised.value.kind, raised.value.status) == ("MemoryNotFoundError", "HTTP_404")


def test_expired_memories_are_hidden_unless_asked_for(node_3: Client) -> None:
    id_ = keep(node_3, "Bread at half price.")
    node_3.call("update", id_, {"expirationDate": "2020-01-31"})
    assert texts(node_3) == []
    shown = node_3.call("getAll", {"filters": ANA, "showExpired": True})
    assert [each["id"] for each in shown["results"]] == [id_]


def test_all_of_somebody_is_deleted_and_without_an_id_nothing(node_3: Client) -> None:
    keep(node_3, "Ana's")
    keep(node_3, "Bob's", userId="bob")
    with pytest.raises(ClientRaised) as raised:
        node_3.call("deleteAll")
    assert (raised.value.kind, raised.value.status) == ("ValidationError", "HTTP_400")
    assert node_3.call("deleteAll", ANA)["message"]
    eventually(lambda: texts(node_3), until=lambda found: found == [])
    assert texts(node_3, userId="bob") == ["Bob's"]
    everyone = {f"{kind}Id": "*" for kind in ("user", "agent", "app", "run")}
    assert node_3.call("deleteAll", everyone)["message"]
    eventually(lambda: texts(node_3, userId="bob"), until=lambda found: found == [])


def test_users_are_listed_and_deleted(node_3: Client) -> None:
    keep(node_3, "Ana's")
    keep(node_3, "Both's", userId="a/b profile", agentId="bot")
    listed = node_3.call("users", {"page": 1, "pageSize": 50})
    assert (listed["count"], listed["totalUsers"], listed["totalAgents"]) == (3, 2, 1)
    rows = {row["name"]: row for row in listed["results"]}
    assert (rows["a/b profile"]["type"], rows["a/b profile"]["totalMemories"]) == ("user", 1)
    assert all(isinstance(row["id"], str) for row in rows.values())
    assert node_3.call("deleteUsers", {"userId": "a/b profile"})["message"]
    by_number = {"entity_id": int(rows["bot"]["id"]), "entity_type": "agent"}
    assert node_3.call("deleteUser", by_number)["message"]
    assert {row["name"] for row in node_3.call("users")["results"]} == {"ana"}
    assert node_3.call("deleteUsers")["message"]
    assert node_3.call("users")["results"] == []


def test_many_memories_are_changed_and_deleted_at_once(node_3: Client) -> None:
    ids = [keep(node_3, f"Thing {number}") for number in range(2)]
    rows = [{"memoryId": id_, "text": f"Changed {place}"} for place, id_ in enumerate(ids)]
    assert node_3.call("batchUpdate", rows)["message"] == "Successfully updated 2 memories"
    assert texts(node_3) == ["Changed 0", "Changed 1"]
    assert node_3.call("batchDelete", ids)["message"] == "Successfully deleted 2 memories"
    assert texts(node_3) == []


def test_the_settings_of_a_project_are_changed_and_read(node_3: Client) -> None:
    categories = [{"snake_boats": "about boats"}]
    asked = {"customInstructions": "Boats.", "customCategories": categories, "multilingual": True}
    assert node_3.call("updateProject", asked)["message"]
    found = node_3.call("getProject", {"fields": ["customInstructions", "customCategories"]})
    assert (found["customInstructions"], found["customCategories"]) == ("Boats.", categories)
    assert node_3.call("getProject", {})["multilingual"] is True


def test_webhooks_are_made_changed_listed_and_deleted(node_3: Client) -> None:
    wanted = {"name": "mine", "url": "https://93.184.215.14/hook", "eventTypes": ["memory_add"]}
    made = node_3.call("createWebhook", wanted)
    assert (made["isActive"], made["eventTypes"]) == (True, ["memory_add"])
    changed = {"webhookId": made["webhookId"], "name": "ours", "eventTypes": ["memory_delete"]}
    assert node_3.call("updateWebhook", changed)["message"]
    (listed,) = node_3.call("getWebhooks", {"projectId": node_3.key.project_id})
    assert (listed["name"], listed["eventTypes"]) == ("ours", ["memory_delete"])
    assert node_3.call("deleteWebhook", {"webhookId": made["webhookId"]})["message"]
    assert node_3.call("getWebhooks") == []


def test_exports_and_feedback_work(node_3: Client) -> None:
    id_ = keep(node_3, BREAD)
    made = node_3.call("createMemoryExport", {"schema": FOOD, "filters": ANA})
    assert made["message"]
    by_id = node_3.call("getMemoryExport", {"memoryExportId": made["id"]})
    # The client spells the keys of an answer in its own way, those of the schema too.
    assert "bread" in by_id["favouriteFood"]
    assert node_3.call("getMemoryExport", {"filters": ANA}) == by_id
    given = node_3.call(
        "feedback", {"memory_id": id_, "feedback": "NEGATIVE", "feedback_reason": "Old."}
    )
    assert (given["feedback"], given["feedbackReason"]) == ("NEGATIVE", "Old.")


def test_a_profile_is_laid_out_by_the_projects_schema(node_3: Client) -> None:
    keep(node_3, BREAD)
    assert node_3.call("getProfile", {"entityId": "ana"})["status"] == "not_enabled"
    asked = {"enabled": True, "schema": FOOD, "customInstructions": "Short."}
    kept = node_3.call("updateProfileSettings", asked)
    assert kept["entities"]["user"] == {"schema": FOOD, "customInstructions": "Short."}
    assert node_3.call("getProfileSettings") == kept
    wanted = {"entityId": "ana", "idempotencyKey": "k" * 32}
    job = node_3.call("generateProfile", wanted)
    assert node_3.call("generateProfile", wanted)["replayed"] is True
    for address in (job["jobId"], job["statusUrl"]):
        assert node_3.call("getProfileJob", address)["job"]["status"] == "succeeded"
    profile = node_3.call("getProfile", {"entityId": "ana"})
    assert "bread" in profile["profile"]["favourite_food"]
    assert node_3.call("sampleProfiles", {"limit": 1})["entityIds"] == ["ana"]
    with pytest.raises(ClientRaised) as raised:
        node_3.call("getProfile", {"entityId": "nobody"})
    assert raised.value.kind == "MemoryNotFoundError"


def test_what_is_refused_raises_the_clients_own_exceptions(node_3: Client) -> None:
    for id_, kind, status in (
        ("nope", "ValidationError", "HTTP_400"),
        (UNKNOWN, "MemoryNotFoundError", "HTTP_404"),
    ):
        with pytest.raises(ClientRaised) as raised:
            node_3.call("get", id_)
        assert (raised.value.kind, raised.value.status) == (kind, status)


def test_an_address_that_ends_in_a_slash_works(node_3: Client) -> None:
    node_3.open(node_3.key.api_key, host=f"{node_3.server.base}/")
    keep(node_3, "I own a boat.")
    assert texts(node_3) == ["I own a boat."]
