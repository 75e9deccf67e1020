"""What was accepted is found by its words before anything is learned from it."""

import pytest

from memories.ingest.projects import PROJECTS
from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}
QUESTION = {"query": "Who adopted a parrot?", "filters": ANA}


def search(server: Server, **more: object) -> list[dict[str, object]]:
    return list(server.post("/v3/memories/search/", {**QUESTION, **more})["results"])


def test_a_message_is_found_by_its_words_as_soon_as_it_is_accepted(server: Server) -> None:
    server.learn("I bought a bicycle.", **ANA)
    event = server.post(
        "/v3/memories/add/",
        {
            "messages": [{"role": "user", "content": "I adopted a parrot called Coco."}],
            "metadata": {"source": "chat"},
            **ANA,
        },
    )
    assert event["status"] == "PENDING"
    (hit,) = search(server, threshold=0.3, explain=True)
    assert hit["memory"] == "I adopted a parrot called Coco."
    assert hit["lifecycle_state"] == "pending"
    assert (hit["user_id"], hit["metadata"]) == ("ana", {"source": "chat"})
    assert hit["score_breakdown"]["semantic"] == 0  # type: ignore[index]
    assert hit["explanation"]
    read = server.get(f"/v1/memories/{hit['id']}/")
    assert read["memory"] == "I adopted a parrot called Coco."
    context = server.get("/v1/context/?query=Who%20adopted%20a%20parrot&user_id=ana")
    assert "I adopted a parrot called Coco." in context["context"]

    server.do_jobs()
    (fact,) = server.get(f"/v1/event/{event['event_id']}/")["results"]
    found = search(server, threshold=0.3)
    assert found[0]["id"] == fact["id"]
    assert hit["id"] not in [each["id"] for each in found]
    kept = server.get(f"/v1/memories/{hit['id']}/")
    assert (kept["memory"], kept["lifecycle_state"]) == (read["memory"], "learned")


@pytest.mark.parametrize(
    ("filters", "finds"),
    [
        ({"user_id": "ana"}, True),
        ({"AND": [{"user_id": "ana"}, {"metadata": {"source": "chat"}}]}, True),
        ({"AND": [{"user_id": "ana"}, {"metadata": {"source": "mail"}}]}, False),
        ({"AND": [{"user_id": "ana"}, {"created_at": {"lt": "2020-01-01"}}]}, False),
        ({"OR": [{"user_id": "ana"}, {"user_id": "ben"}]}, True),
        ({"user_id": "ben"}, False),
        ({"AND": [{"user_id": "ana"}, {"run_id": "r1"}]}, False),
    ],
)
def test_filters_hold_for_it(server: Server, filters: dict[str, object], *, finds: bool) -> None:
    server.post(
        "/v3/memories/add/",
        {"messages": "I adopted a parrot.", "metadata": {"source": "chat"}, **ANA},
    )
    assert bool(search(server, filters=filters)) is finds


def test_it_is_nobody_elses(server: Server, other_server: Server) -> None:
    server.post("/v3/memories/add/", {"messages": "I adopted a parrot.", **ANA})
    (hit,) = search(server)
    assert not search(other_server)
    other_server.get(f"/v1/memories/{hit['id']}/", 404)


def test_it_is_found_after_the_server_begins_anew(server: Server) -> None:
    server.post("/v3/memories/add/", {"messages": "I adopted a parrot.", **ANA})
    PROJECTS.close()
    assert search(server)


def test_what_will_be_refused_is_not_found(server: Server) -> None:
    server.post("/v3/memories/add/", {"messages": [{"role": "user", "content": ""}], **ANA})
    server.post("/v3/memories/add/", {"messages": "I adopted a parrot.", **ANA})
    assert len(search(server)) == 1
