"""Addresses that few clients use, and those of mem0's self-hosted server."""

import threading

import pytest
from django.db import connection
from pytest_django import Settings

from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}


def test_somebodys_memories_are_listed_by_their_name(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    page = server.get("/v1/memories/user/ana/")
    assert (page["count"], page["results"][0]["memory"]) == (1, "User lives in Porto.")
    server.get("/v1/memories/car/ana/", 400)


def test_what_jobs_did_is_listed(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    (row,) = server.get("/v1/memories/events/")["results"]
    assert (row["memory_id"], row["event"]) == (id_, "ADD")


def test_somebody_may_be_made_before_any_memory(server: Server) -> None:
    made = server.post("/v1/users/", {"user_id": "ana", "metadata": {"a": 1}}, 201)
    assert isinstance(made["id"], int)
    assert (made["user_id"], made["metadata"]) == ("ana", {"a": 1})
    again = server.post("/v1/users/", {"user_id": "ana"}, 201)
    assert (again["id"], again["metadata"]) == (made["id"], {"a": 1})
    server.post("/v1/agents/", {"user_id": "x"}, 400)
    assert server.get("/v1/entities/filters/")["users"] == ["ana"]


def test_a_memory_is_changed_only_as_it_was_read(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    path = f"/v1/memories/{id_}/"
    tag = server.asking.get(path)["ETag"]
    server.call("PUT", path, {"text": "Ana lives in Faro."}, If_Match=tag)
    said = server.call("PUT", path, {"text": "Ana lives in Lagos."}, 412, If_Match=tag)
    assert said["code"] == "changed_meanwhile"
    assert server.get(path)["memory"] == "Ana lives in Faro."
    server.call("PUT", path, {"text": "Ana lives in Lagos."}, If_Match="*")


def test_the_bare_paths_of_the_self_hosted_server_are_served(
    server: Server, settings: Settings
) -> None:
    settings.LONGEST_WAIT_SECONDS = 30

    done = threading.Event()

    def work() -> None:
        try:
            while not done.is_set():
                server.do_jobs()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        added = server.post("/memories", {"messages": "I live in Porto.", **ANA})
        (result,) = added["results"]
        id_ = result["id"]
        assert server.get("/memories?user_id=ana")["results"][0]["id"] == id_
        assert server.get(f"/memories/{id_}")["memory"] == "User lives in Porto."
        found = server.post("/search", {"query": "Where does she live?", **ANA})
        assert found["results"][0]["id"] == id_
        server.call("PUT", f"/memories/{id_}", {"data": "Ana lives in Faro."})
        assert len(server.get(f"/memories/{id_}/history")) == 2
        assert [each["id"] for each in server.get("/entities")] == ["ana"]
        assert server.call("DELETE", f"/memories/{id_}")["message"]
        server.call("DELETE", "/memories", None, 400)
        assert server.call("DELETE", "/memories?user_id=ana")["message"]
        assert server.call("DELETE", "/entities/user/ana")["message"]
        assert server.post("/reset", {})["message"]
    finally:
        done.set()
        worker.join()


@pytest.mark.parametrize(
    ("path", "body", "ignored"),
    [
        (
            "/v3/memories/add/",
            {"messages": "I own a boat.", "user_id": "ana", "colour": 1},
            "colour",
        ),
        ("/v3/memories/search/", {"query": "boat", "filters": ANA, "topk": 3}, "topk"),
        ("/v2/memories/search/", {"query": "boat", "user_id": "ana", "org_id": "x"}, None),
        ("/v2/memories/", {"filters": ANA, "page": 1, "page_size": 5}, None),
        ("/v3/memories/", {"filters": ANA, "n\u00e4me": 1, "b, c": 2}, "n%C3%A4me, b%2C%20c"),
    ],
)
def test_a_field_that_has_no_effect_is_named(
    server: Server, path: str, body: object, ignored: str | None
) -> None:
    response = server.asking.post(path, body, format="json")
    assert response.status_code == 200
    assert response.headers.get("X-Remembrancer-Ignored") == ignored


def test_cursors_lead_through_memories_and_events_while_others_come_in(server: Server) -> None:
    for number in range(5):
        server.learn(f"I own boat number {number}.", user_id="ana")
    body = {"filters": {"user_id": "ana"}, "page_size": 2}
    page = server.post("/v3/memories/", body)
    assert page["next"]
    server.learn("I own a car.", user_id="ana")
    found = [each["memory"] for each in page["results"]]
    while page["next_cursor"]:
        page = server.post("/v3/memories/", {**body, "cursor": page["next_cursor"]})
        assert page["count"] == 6
        found += [each["memory"] for each in page["results"]]
    assert found == [f"User owns boat number {number}." for number in (4, 3, 2, 1, 0)]
    assert page["next"] is None

    page = server.get("/v1/events/?page_size=2")
    seen = [each["id"] for each in page["results"]]
    server.learn("I own a house.", user_id="ana")
    while page.get("next_cursor"):
        page = server.get(f"/v1/events/?page_size=2&cursor={page['next_cursor']}")
        seen += [each["id"] for each in page["results"]]
    assert len(seen) == len(set(seen)) == 6
    for path in ("/v1/events/?cursor=x", "/v1/events/?cursor=before-x"):
        assert "cursor" in server.get(path, 400)["fields"]
    assert "cursor" in server.post("/v3/memories/", {**body, "cursor": "x"}, 400)["detail"]
    assert "cursor" in server.post("/v3/memories/", {**body, "cursor": 5}, 400)["detail"]
