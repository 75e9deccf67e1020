"""What released clients break on, rule by rule."""

import uuid
from urllib.parse import quote

import pytest

from tests.server.conftest import Ask
from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}


def test_ping_names_organization_project_and_an_address(server: Server) -> None:
    said = server.get("/v1/ping/")
    assert said["status"] == "ok"
    assert said["org_id"] == str(server.tenant.organization.id)
    assert said["project_id"] == str(server.tenant.project.id)
    assert "@" in said["user_email"]


@pytest.mark.parametrize("header", ["Token {}", "Bearer {}", "token {}", "Token  {}"])
def test_a_key_comes_in_any_of_the_usual_headers(server: Server, client: Ask, header: str) -> None:
    asking = client("")
    asking.credentials(HTTP_AUTHORIZATION=header.format(server.tenant.token))
    assert asking.get("/v1/ping/").status_code == 200
    asking.credentials(HTTP_X_API_KEY=server.tenant.token)
    assert asking.get("/v1/ping/").status_code == 200


@pytest.mark.parametrize("token", ["", "rmb_nonsense", "m0-" + "a" * 40, "rmb_" + "0" * 30, "é"])
def test_a_bad_key_is_401_with_words(server: Server, client: Ask, token: str) -> None:
    response = client("").get("/v1/ping/", headers={"Authorization": f"Token {token}"})
    assert response.status_code == 401
    assert response["Content-Type"] == "application/json"
    said = response.json()
    assert said["detail"] == said["error"] == said["message"]
    assert isinstance(said["detail"], str)
    assert token == "" or token not in response.content.decode()


def test_no_key_is_401(server: Server, client: Ask) -> None:
    assert client("").get("/v1/ping/").status_code == 401


def test_keys_and_fields_that_are_not_known_are_tolerated(server: Server) -> None:
    extra = dict.fromkeys(
        ("source", "output_format", "async_mode", "version", "org_id", "enable_graph"), "x"
    )
    server.post("/v3/memories/add/?source=CLI", {"messages": "I like tea.", **ANA, **extra})


def test_an_add_is_pending_and_its_event_says_what_became_of_it(server: Server) -> None:
    event = server.post("/v3/memories/add/", {"messages": "I live in Porto.", **ANA})
    assert event["status"] == "PENDING"
    pending = server.get(f"/v1/event/{event['event_id']}/")
    assert (pending["status"], pending["latency"]) == ("PENDING", None)
    assert server.do_jobs() == 1
    done = server.get(f"/v1/event/{event['event_id']}/")
    assert done["status"] == "SUCCEEDED"
    assert done["latency"] > 0
    (result,) = done["results"]
    assert (result["event"], result["user_id"]) == ("ADD", "ana")
    assert result["memory"] == result["data"]["memory"] == "User lives in Porto."


def test_an_add_that_stored_nothing_says_why(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    event = server.post("/v3/memories/add/", {"messages": "I live in Porto.", **ANA})
    server.do_jobs()
    (result,) = server.get(f"/v1/event/{event['event_id']}/")["results"]
    assert (result["event"], result["reason"]) == ("NOOP", "known already")
    event = server.post("/v3/memories/add/", {"messages": "Hello!", **ANA})
    server.do_jobs()
    found = server.get(f"/v1/event/{event['event_id']}/")
    assert found["results"] == []
    assert "state no fact" in found["reason"]


def test_a_page_of_a_list_and_the_hits_of_a_search_are_objects_in_version_3(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    page = server.post("/v3/memories/", {"filters": ANA})
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    found = server.post("/v3/memories/search/", {"query": "Where?", "filters": ANA})
    assert [hit["memory"] for hit in found["results"]] == ["User lives in Porto."]
    assert found["results"][0]["score"] > 0
    assert {"semantic", "bm25", "entity"} <= found["results"][0]["score_breakdown"].keys()


def test_lists_are_bare_in_versions_1_and_2(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    listed = server.post("/v2/memories/", {"filters": ANA})
    assert listed == server.get("/v1/memories/?user_id=ana")
    assert [each["memory"] for each in listed] == ["User lives in Porto."]
    hits = server.post("/v1/memories/search/", {"query": "Where?", **ANA})
    assert [hit["memory"] for hit in hits] == ["User lives in Porto."]
    assert server.post("/v2/memories/search/", {"query": "Where?", **ANA}) == hits
    wrapped = server.post(
        "/v1/memories/search/", {"query": "Where?", "output_format": "v1.1", **ANA}
    )
    assert wrapped["results"] == hits
    assert wrapped["relations"] == []


def test_page_and_page_size_count_in_the_query_and_in_the_body(server: Server) -> None:
    for place in ("Porto", "Lisbon", "Faro"):
        server.learn(f"I have been to {place}.", **ANA)
    first = server.post("/v3/memories/?page=1&page_size=2", {"filters": ANA, "page": 9})
    assert (first["count"], len(first["results"])) == (3, 2)
    assert first["next"].endswith("page=2&page_size=2")
    second = server.post("/v3/memories/", {"filters": ANA, "page": 2, "page_size": 2})
    assert (len(second["results"]), second["next"]) == (1, None)
    beyond = server.post("/v3/memories/?page=3&page_size=2", {"filters": ANA}, 404)
    assert beyond["detail"] == "Invalid page."
    server.post("/v3/memories/?page=0", {"filters": ANA}, 404)
    both = server.post("/v2/memories/?page=1&page_size=2", {"filters": ANA})
    assert (both["count"], len(both["results"])) == (3, 2)


def test_a_run_goes_by_both_of_its_names(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", run_id="r1", user_id="ana")
    one = server.get(f"/v1/memories/{id_}/")
    assert (one["run_id"], one["session_id"]) == ("r1", "r1")
    hits = server.post("/v3/memories/search/", {"query": "Porto", "filters": {"run_id": "r1"}})
    assert hits["results"][0]["session_id"] == "r1"


def test_filters_may_be_spelled_as_javascript_does(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    assert server.post("/v3/memories/", {"filters": {"userId": "ana"}})["count"] == 1


def test_ids_beside_the_filters_count_in_version_2_and_are_refused_in_version_3(
    server: Server,
) -> None:
    server.learn("I live in Porto.", **ANA)
    assert len(server.post("/v2/memories/", ANA)) == 1
    refused = server.post("/v3/memories/", ANA, 400)
    assert "filters" in refused["detail"]
    nobody = server.post("/v3/memories/", {}, 400)
    assert "user_id" in nobody["detail"]
    assert "--user-id" in nobody["detail"]


def test_only_what_is_not_someone_names_nobody(server: Server) -> None:
    server.post("/v3/memories/", {"filters": {"NOT": {"user_id": "ana"}}}, 400)
    server.post("/v3/memories/", {"filters": {"OR": [{"user_id": "*"}]}})


def test_without_an_id_nothing_is_deleted(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    for query in ("", "?", "?source=CLI", "?user_id=", "?metadata={}", "?user_id=ana&color=red"):
        server.call("DELETE", f"/v1/memories/{query}", None, 400)
    repr_of_python = quote("{'metadata': {'a': 1}}")
    server.call("DELETE", f"/v1/memories/?filters={repr_of_python}", None, 400)
    server.do_jobs()
    server.get(f"/v1/memories/{id_}/")


def test_filters_in_pythons_own_form_are_read(server: Server) -> None:
    (mine,) = server.learn("I live in Porto.", **ANA)
    (other,) = server.learn("I live in Faro.", user_id="bob")
    filters = quote("{'user_id': 'ana'}")
    server.call("DELETE", f"/v1/memories/?filters={filters}")
    server.do_jobs()
    server.get(f"/v1/memories/{mine}/", 404)
    server.get(f"/v1/memories/{other}/")


def test_several_ids_delete_what_belongs_to_all_of_them(server: Server) -> None:
    (both,) = server.learn("I live in Porto.", user_id="ana", run_id="r1")
    (one,) = server.learn("I live in Faro.", user_id="ana", run_id="r2")
    server.call("DELETE", "/v1/memories/?user_id=ana&run_id=r1")
    server.do_jobs()
    server.get(f"/v1/memories/{both}/", 404)
    server.get(f"/v1/memories/{one}/")


def test_a_star_deletes_all_of_a_kind_and_four_everything(server: Server) -> None:
    (user,) = server.learn("I live in Porto.", **ANA)
    (agent,) = server.learn("I live in Faro.", agent_id="bot")
    server.call("DELETE", "/v1/memories/?user_id=*")
    server.do_jobs()
    server.get(f"/v1/memories/{user}/", 404)
    server.get(f"/v1/memories/{agent}/")
    said = server.call("DELETE", "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*")
    assert said["message"]
    server.do_jobs()
    server.get(f"/v1/memories/{agent}/", 404)


def test_deleting_for_somebody_unknown_is_no_error(server: Server) -> None:
    assert server.call("DELETE", "/v1/memories/?user_id=nobody")["message"]
    assert server.call("DELETE", "/v2/entities/user/nobody/")["message"]


def test_an_id_that_is_none_is_400_and_one_that_is_not_there_404(server: Server) -> None:
    server.get("/v1/memories/nope/", 400)
    said = server.get(f"/v1/memories/{uuid.uuid4()}/", 404)
    assert said["detail"] == "No such memory."


def test_a_deleted_memory_is_gone_at_once(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    assert server.call("DELETE", f"/v1/memories/{id_}/")["message"]
    server.get(f"/v1/memories/{id_}/", 404)


def test_entities_are_there_right_after_the_add_and_stay_when_their_memories_go(
    server: Server,
) -> None:
    server.post("/v3/memories/add/", {"messages": "I live in Porto.", **ANA})
    page = server.get("/v1/entities/")
    (row,) = page["results"]
    assert (row["type"], row["name"], row["total_memories"]) == ("user", "ana", 0)
    assert isinstance(row["id"], str)
    assert page["total_users"] == 1
    server.do_jobs()
    assert server.get("/v1/entities/")["results"][0]["total_memories"] == 1
    server.call("DELETE", "/v1/memories/?user_id=ana")
    server.do_jobs()
    assert server.get("/v1/entities/")["results"][0]["total_memories"] == 0
    assert server.call("DELETE", "/v2/entities/user/ana/")["message"]
    server.do_jobs()
    assert server.get("/v1/entities/")["results"] == []
    assert server.call("DELETE", "/v2/entities/car/ana/", None, 400)["message"]


def test_a_text_is_one_message_of_the_user(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    (source,) = server.get(f"/v1/memories/{id_}/sources/")["results"]
    assert (source["role"], source["content"], source["quote"]) == (
        "user",
        "I live in Porto.",
        "I live in Porto.",
    )


def test_parts_of_text_are_joined_and_other_parts_refused(server: Server) -> None:
    said = [{"type": "text", "text": "I live in Porto."}, {"type": "text", "text": "I have a dog."}]
    body = {"messages": [{"role": "user", "content": said}], **ANA}
    server.post("/v3/memories/add/", body)
    assert server.do_jobs() == 1
    assert server.post("/v3/memories/", {"filters": ANA})["count"] == 2
    body["messages"] = [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]
    assert "image_url" in server.post("/v3/memories/add/", body, 400)["detail"]


def test_profiles_are_there(server: Server) -> None:
    server.learn("My favourite food is bread.", **ANA)
    server.get("/v2/entities/user/nobody/profile/", 404)
    assert server.get("/v2/entities/user/ana/profile/")["status"] == "not_enabled"
    schema = {"properties": {"food": {"type": "string", "description": "favourite food"}}}
    kept = server.post(
        "/v2/profiles/settings/", {"enabled": True, "entities": {"user": {"schema": schema}}}
    )
    assert kept["entities"]["user"]["schema"] == schema
    profile = server.get("/v2/entities/user/ana/profile/")
    assert (profile["status"], profile["entity_id"]) == ("succeeded", "ana")
    assert "bread" in profile["profile"]["food"]
    wanted = {"operation": "trigger", "entity_type": "user", "entity_id": "ana"}
    first = server.post("/v2/profiles/jobs/", wanted, Idempotency_Key="k" * 32)
    again = server.post("/v2/profiles/jobs/", wanted, Idempotency_Key="k" * 32)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["job_id"] == again["job_id"]
    assert server.get(first["status_url"])["job"]["succeeded"] == 1
    bare = {"entities": {"user": {"schema": {"properties": {"food": {"type": "string"}}}}}}
    server.post("/v2/profiles/settings/", bare, 400)


def test_an_update_changes_what_it_names_and_null_lifts_the_expiry(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    path = f"/v1/memories/{id_}/"
    one = server.call("PUT", path, {"text": "Ana lives in Faro.", "expiration_date": "2099-12-31"})
    assert (one["memory"], one["expiration_date"]) == ("Ana lives in Faro.", "2099-12-31")
    assert server.call("PUT", path, {"metadata": {"a": 1}})["metadata"] == {"a": 1}
    assert server.call("PUT", path, {"expiration_date": None})["expiration_date"] is None
    assert server.call("PUT", path, {"timestamp": 1_600_000_000})["memory"] == "Ana lives in Faro."
    server.call("PUT", path, {}, 400)
    events = [each["event"] for each in server.get(f"/v1/memories/{id_}/history/")]
    assert events[0] == "ADD"
    assert events.count("UPDATE") >= 3


def test_expired_memories_are_hidden_unless_asked_for(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    server.call("PUT", f"/v1/memories/{id_}/", {"expiration_date": "2020-01-31"})
    assert server.post("/v3/memories/", {"filters": ANA})["count"] == 0
    shown = server.post("/v3/memories/", {"filters": ANA, "show_expired": True})
    assert shown["results"][0]["expiration_date"] == "2020-01-31"
    server.get(f"/v1/memories/{id_}/")


def test_many_memories_are_changed_and_deleted_at_once(server: Server) -> None:
    ids = [*server.learn("I live in Porto.", **ANA), *server.learn("I own a boat.", **ANA)]
    rows = [{"memory_id": id_, "text": f"New words {place}."} for place, id_ in enumerate(ids)]
    said = server.call("PUT", "/v1/batch/", {"memories": rows})
    assert said["message"] == "Successfully updated 2 memories"
    missing = {"memory_id": str(uuid.uuid4())}
    said = server.call("DELETE", "/v1/batch/", {"memories": [*rows, missing]})
    assert said["message"] == "Successfully deleted 2 memories"
    assert list(said["fields"]) == [missing["memory_id"]]
    server.call("DELETE", "/v1/batch/", {"memories": []}, 400)


def test_old_adds_answer_a_list_and_wait_where_they_are_not_asynchronous(server: Server) -> None:
    (event,) = server.post("/v1/memories/", {"messages": "I own a boat.", **ANA})
    assert event["status"] == "PENDING"
    wrapped = server.post(
        "/v1/memories/",
        {"messages": "I own a car.", "output_format": "v1.1", "version": "v2", **ANA},
    )
    assert (len(wrapped["results"]), wrapped["relations"]) == (1, [])


def test_agent_rush_is_not_played_here(server: Server) -> None:
    said = server.post("/v1/agent-rush/memories/", {"content": "x"}, 404)
    assert said["error"]["code"] == "agentrush_not_provisioned"


def test_what_was_asked_of_the_platform_is_counted(server: Server) -> None:
    server.learn("I live in Porto.", **ANA)
    stats = server.get("/v1/stats/")
    assert (stats["total_memories"], stats["total_users"]) == (1, 1)
    listed = server.get("/v1/events/?event_type=ADD")
    assert (listed["count"], listed["results"][0]["event_type"]) == (1, "ADD")


def test_feedback_is_kept_and_taken_back(server: Server) -> None:
    (id_,) = server.learn("I live in Porto.", **ANA)
    given = {"memory_id": id_, "feedback": "NEGATIVE", "feedback_reason": "old"}
    said = server.post("/v1/feedback/", given)
    assert (said["feedback"], said["feedback_reason"]) == ("NEGATIVE", "old")
    assert server.post("/v1/feedback/", {"memory_id": id_, "feedback": None})["feedback"] is None
    assert server.post("/v1/feedback/", {"memory_id": "x"}, 400)["error"] == "Invalid memory_id"
    server.post("/v1/feedback/", {**given, "memory_id": str(uuid.uuid4())}, 404)


def test_exports_and_summaries_answer_without_a_model(server: Server) -> None:
    server.learn("My favourite food is bread.", **ANA)
    schema = {"properties": {"food": {"type": "string", "description": "favourite food"}}}
    made = server.post("/v1/exports/", {"schema": schema, "filters": ANA}, 201)
    by_id = server.post("/v1/exports/get/", {"memory_export_id": made["id"]})
    assert by_id == server.post("/v1/exports/get", {"filters": ANA})
    assert "bread" in by_id["food"]
    missing = server.post("/v1/exports/get/", {"memory_export_id": str(uuid.uuid4())}, 404)
    assert missing["error"] == "No memory export request found"
    (summary,) = server.post("/v1/summary/", {"filters": ANA})
    assert "bread" in summary["summary"]
