"""The official client for Python, versions 1.0.11 and 0.1.118: other calls than in version 2."""

import json

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


def keep(client: Client, text: str, **owner: object) -> str:
    """Store a text as it is; its id."""
    (stored,) = client.call("add", said(text), infer=False, **(owner or ANA))["results"]
    id_: str = stored["id"]
    return id_


@pytest.mark.parametrize("async_mode", [True, False])
def test_a_conversation_is_learned_by_version_1(python_1: Client, async_mode: bool) -> None:
    answer = python_1.call("add", "I live in Porto.", user_id="ana", async_mode=async_mode)
    (first,) = answer["results"]
    if async_mode:
        assert first["status"] == "PENDING"
        assert first["event_id"]
    else:
        assert (first["event"], first["memory"]) == ("ADD", "User lives in Porto.")
    (learned,) = eventually(lambda: python_1.call("get_all", user_id="ana")["results"])
    assert learned["memory"] == "User lives in Porto."


def test_a_text_and_messages_are_learned_by_version_0(python_0: Client) -> None:
    answer = python_0.call("add", "I live in Porto.", user_id="ana", metadata={"k": 1})
    assert answer["results"][0]["status"] == "PENDING"
    (learned,) = eventually(lambda: python_0.call("get_all", user_id="ana"))
    assert (learned["memory"], learned["metadata"]) == ("User lives in Porto.", {"k": 1})
    python_0.call("add", said("I own a boat."), user_id="bob")
    (learned,) = eventually(lambda: python_0.call("get_all", user_id="bob"))
    assert learned["memory"] == "User owns a boat."


def test_version_1_lists_by_ids_by_filters_and_in_pages(python_1: Client) -> None:
    for number in range(3):
        keep(python_1, f"Thing {number}")
    for asked in (ANA, {"filters": ANA}, {"filters": {"AND": [ANA]}}):
        assert len(python_1.call("get_all", **asked)["results"]) == 3
    page = python_1.call("get_all", user_id="ana", page=2, page_size=2)
    assert (page["count"], len(page["results"])) == (3, 1)
    with pytest.raises(ClientRaised) as raised:
        python_1.call("get_all")
    assert (raised.value.kind, raised.value.status) == ("ValidationError", "HTTP_400")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_version_0_lists_by_both_versions_of_the_address(python_0: Client, version: str) -> None:
    for number in range(3):
        keep(python_0, f"Thing {number}")
    asked = ANA if version == "v1" else {"filters": {"AND": [ANA]}}
    assert len(python_0.call("get_all", version=version, **asked)) == 3
    page = python_0.call("get_all", version=version, page=2, page_size=2, **asked)
    assert (page["count"], len(page["results"])) == (3, 1)
    assert len(python_0.call("get_all", user_id="ana", limit=2)) == 2


def test_version_1_searches_by_ids_and_by_filters(python_1: Client) -> None:
    keep(python_1, "I adopted a cat called Minou.")
    for asked in (ANA, {"filters": {"AND": [ANA]}}):
        (hit,) = python_1.call("search", "What is the cat called?", top_k=5, **asked)["results"]
        assert hit["memory"] == "I adopted a cat called Minou."
        assert hit["score"] > 0


def test_version_0_searches_by_both_versions_of_the_address(python_0: Client) -> None:
    keep(python_0, "I adopted a cat called Minou.")
    (hit,) = python_0.call("search", "What is the cat called?", user_id="ana", limit=5)
    filters = {"AND": [ANA]}
    (same,) = python_0.call("search", "What is the cat called?", version="v2", filters=filters)
    assert hit["memory"] == same["memory"] == "I adopted a cat called Minou."
    wrapped = python_0.call("search", "cat", user_id="ana", output_format="v1.1")
    assert wrapped["results"][0]["id"] == hit["id"]


@pytest.fixture(params=["python_1", "python_0"])
def older(request: pytest.FixtureRequest) -> Client:
    """Either of the older versions, for calls that they have in common."""
    client: Client = request.getfixturevalue(request.param)
    return client


def listed(client: Client, user: str = "ana") -> list[str]:
    """The texts of somebody's memories, in the order of the alphabet."""
    answer = client.call("get_all", user_id=user)
    rows = answer["results"] if isinstance(answer, dict) else answer
    return sorted(row["memory"] for row in rows)


def test_a_memory_is_read_changed_and_deleted(older: Client) -> None:
    id_ = keep(older, "I own a boat.")
    assert older.call("get", id_)["memory"] == "I own a boat."
    changed = older.call("update", id_, text="I own two boats.", metadata={"k": 1})
    assert (changed["memory"], changed["metadata"]) == ("I own two boats.", {"k": 1})
    history = older.call("history", id_)
    assert [each["event"] for each in history] == ["ADD", "UPDATE"]
    assert older.call("delete", id_)["message"]
    with pytest.raises(ClientRaised) as raised:
        older.call("get", id_)
    assert (raised.value.kind, raised.value.status) == ("MemoryNotFoundError", "HTTP_404")


def test_all_of_somebody_is_deleted(older: Client) -> None:
    keep(older, "Ana's")
    keep(older, "Bob's", user_id="bob")
    with pytest.raises(ClientRaised) as raised:
        older.call("delete_all")
    assert (raised.value.kind, raised.value.status) == ("ValidationError", "HTTP_400")
    assert older.call("delete_all", user_id="ana")["message"]
    eventually(lambda: listed(older), until=lambda found: found == [])
    assert listed(older, "bob") == ["Bob's"]


def test_users_are_listed_deleted_and_reset(older: Client) -> None:
    keep(older, "Ana's", user_id="ana")
    keep(older, "Bob's", user_id="bob", agent_id="bot")
    rows = older.call("users")["results"]
    assert {(row["type"], row["name"]) for row in rows} == {
        ("user", "ana"),
        ("user", "bob"),
        ("agent", "bot"),
    }
    assert older.call("delete_users", user_id="ana")["message"]
    assert "ana" not in {row["name"] for row in older.call("users")["results"]}
    assert "reset" in older.call("reset")["message"]
    assert older.call("users")["results"] == []
    eventually(lambda: listed(older, "bob"), until=lambda found: found == [])


def test_many_memories_are_changed_and_deleted_at_once(older: Client) -> None:
    ids = [keep(older, f"Thing {number}") for number in range(2)]
    rows = [{"memory_id": id_, "text": f"Changed {place}"} for place, id_ in enumerate(ids)]
    assert "2" in older.call("batch_update", rows)["message"]
    assert listed(older) == ["Changed 0", "Changed 1"]
    assert "2" in older.call("batch_delete", [{"memory_id": id_} for id_ in ids])["message"]
    assert listed(older) == []


def test_exports_and_summaries_work(older: Client) -> None:
    keep(older, BREAD)
    filters = {"AND": [ANA]}
    made = older.call("create_memory_export", json.dumps(FOOD), filters=filters)
    by_id = older.call("get_memory_export", memory_export_id=made["id"])
    assert "bread" in by_id["food"]
    assert older.call("get_memory_export", filters=filters) == by_id
    assert "bread" in older.call("get_summary", filters=filters)[0]["summary"]


def test_feedback_is_taken_before_the_client_trips_over_its_own_telemetry(older: Client) -> None:
    # README.md: the request is through by then, and these versions can't end the call well.
    with pytest.raises(ClientRaised, match="capture_client_event") as raised:
        older.call("feedback", keep(older, BREAD), feedback="POSITIVE")
    assert raised.value.kind == "TypeError"
    with pytest.raises(ClientRaised) as raised:
        older.call("feedback", UNKNOWN, feedback="POSITIVE")
    assert raised.value.kind == "MemoryNotFoundError"


def test_the_settings_of_a_project_are_changed_and_read(older: Client) -> None:
    categories = [{"boats": "about boats"}]
    older.call("update_project", custom_instructions="Boats.", enable_graph=True, version="v2")
    older.call("project.update", custom_categories=categories)
    found = older.call("project.get", fields=["custom_instructions", "custom_categories"])
    assert (found["custom_instructions"], found["custom_categories"]) == ("Boats.", categories)
    assert older.call("get_project", fields=["custom_instructions"])["custom_instructions"]


def test_members_of_a_project_are_added_changed_and_removed(older: Client) -> None:
    other = older.server.log_in().email
    for call in ("project.add_member", "project.update_member"):
        assert older.call(call, other, "READER")["message"]
    members = {each["username"] for each in older.call("project.get_members")["members"]}
    assert members == {older.key.email, other}
    assert older.call("project.remove_member", other)["message"]


def test_webhooks_are_made_changed_listed_and_deleted(older: Client) -> None:
    project, url = older.key.project_id, "https://93.184.215.14/hook"
    id_ = older.call("create_webhook", url, "mine", project, ["memory_add"])["webhook_id"]
    assert older.call("update_webhook", id_, name="ours")["message"]
    (hook,) = older.call("get_webhooks", project)
    assert (hook["webhook_id"], hook["name"], hook["url"]) == (id_, "ours", url)
    assert older.call("delete_webhook", id_)["message"]
    assert older.call("get_webhooks", project) == []


def test_what_is_refused_raises_the_clients_own_exceptions(older: Client) -> None:
    for id_, kind, status in (
        ("nope", "ValidationError", "HTTP_400"),
        (UNKNOWN, "MemoryNotFoundError", "HTTP_404"),
    ):
        with pytest.raises(ClientRaised) as raised:
            older.call("get", id_)
        assert (raised.value.kind, raised.value.status) == (kind, status)
    older.call("client.headers.update", {"Authorization": "Token wrong"})
    with pytest.raises(ClientRaised) as raised:
        older.call("users")
    assert (raised.value.kind, raised.value.status) == ("AuthenticationError", "HTTP_401")
    with pytest.raises(ClientRaised, match="API key") as raised:
        older.open("rmb_wrong")
    assert raised.value.kind == "ValueError"


def test_an_organisation_and_a_project_may_be_named(older: Client) -> None:
    key = older.key
    older.open(key.api_key, org_id=key.org_id, project_id=key.project_id)
    keep(older, "I own a boat.")
    assert listed(older) == ["I own a boat."]
