"""A deletion reaches what was meant, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connections

from memories.ingest.projects import PROJECTS
from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}


@pytest.mark.parametrize(
    "query",
    [
        "user_id=ana&run_id=",
        "user_id=ana&user_id=",
        "user_id=ana&filters=" + quote('{"user_id": "ben"}'),
        "user_id=ana&filters=" + quote('{"created_at": {"lt": "2020-01-01"}}'),
        "filters=" + quote('{"OR": [{"user_id": "ana"}, {"user_id": "ben"}]}'),
        "filters=" + quote('{"NOT": {"user_id": "ben"}}'),
        "filters=" + quote('{"AND": []}'),
        "user_id=ana&user_id=*&agent_id=*&app_id=",
        "user_id=*&agent_id=*",
        "user_id=*&agent_id=*&app_id=*",
    ],
)
def test_what_is_unclear_or_narrower_than_can_be_done_deletes_nothing(
    server: Server, query: str
) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    said = server.call("DELETE", f"/v1/memories/?{query}", None, 400)
    assert said["fields"]
    server.do_jobs()
    server.get(f"/v1/memories/{id_}/")


def test_a_star_beside_an_id_deletes_what_belongs_to_both(server: Server) -> None:
    (both,) = server.learn("I live in Porto.", user_id="ana", run_id="r1")
    (alone,) = server.learn("I live in Faro.", user_id="ana")
    (other,) = server.learn("I live in Braga.", user_id="ben", run_id="r1")
    server.call("DELETE", "/v1/memories/?user_id=ana&run_id=*")
    server.do_jobs()
    server.get(f"/v1/memories/{both}/", 404)
    server.get(f"/v1/memories/{alone}/")
    server.get(f"/v1/memories/{other}/")


def test_what_was_told_after_a_star_is_learned(server: Server) -> None:
    (before,) = server.learn("I live in Porto.", **ANA)
    server.call("DELETE", "/v1/memories/?user_id=*")
    event = server.post("/v3/memories/add/", {"messages": "I live in Faro.", **ANA})
    # The add is of another lane, and waits a moment for the deletion.
    while server.get(f"/v1/event/{event['event_id']}/")["status"] != "SUCCEEDED":
        server.do_jobs()
    server.get(f"/v1/memories/{before}/", 404)
    (kept,) = server.get(f"/v1/event/{event['event_id']}/")["results"]
    assert server.get(f"/v1/memories/{kept['id']}/")["memory"] == "User lives in Faro."


def test_an_event_forgets_the_words_of_what_was_deleted(server: Server) -> None:
    event = server.post("/v3/memories/add/", {"messages": "I live in Porto.", **ANA})
    server.do_jobs()
    path = f"/v1/event/{event['event_id']}/"
    (result,) = server.get(path)["results"]
    assert "Porto" in str(result)
    server.call("DELETE", f"/v1/memories/{result['id']}/")
    assert "Porto" not in str(server.get(path))


@pytest.mark.parametrize("whole", [True, False])
def test_exports_go_with_what_they_may_tell_of(server: Server, whole: bool) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    schema = {"properties": {"town": {"type": "string"}}}
    export = server.post("/v1/exports/", {"schema": schema, "filters": ANA}, 201)
    asked = {"memory_export_id": export["id"]}
    server.post("/v1/exports/get/", asked)
    server.call("DELETE", "/v1/memories/?user_id=ana" if whole else f"/v1/memories/{id_}/")
    server.do_jobs()
    server.post("/v1/exports/get/", asked, 404)


def supersede(server: Server, memory_id: str, *, by: str) -> None:
    tenant = server.tenant
    with PROJECTS.use(tenant.project.id, organization_id=tenant.organization.id) as memory:
        memory.supersede(memory_id, by=by)


def test_delete_linked_takes_what_was_replaced_and_leaves_what_replaced_it(server: Server) -> None:
    (old,) = server.learn("I live in Porto.", **ANA)
    (new,) = server.learn("I live in Faro.", **ANA)
    (newest,) = server.learn("I live in Braga.", **ANA)
    supersede(server, old, by=new)
    supersede(server, new, by=newest)
    said = server.call("DELETE", f"/v1/memories/{new}/?delete_linked=true")
    assert said["cascade_count"] == 1
    server.get(f"/v1/memories/{old}/", 404)
    server.get(f"/v1/memories/{newest}/")


def test_of_two_changes_meant_for_the_same_version_one_is_made(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    path = f"/v1/memories/{id_}/"
    tag = server.asking.get(path)["ETag"]

    def change(text: str) -> int:
        try:
            return server.asking.put(
                path, {"text": text}, format="json", headers={"If-Match": tag}
            ).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(change, [f"Lives in town {number}." for number in range(4)]))
    assert said == [200, 412, 412, 412]
    assert server.get(path)["memory"].startswith("Lives in town")
