"""Profiles are built by jobs, kept with what they rest on, and gone when that is."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django import Settings

from memories import AnthropicModel
from memories.ingest.models import Job, KeptProfile, Spending
from memories.ingest.profiling import Seen, look_through, look_up, wanted_of
from memories.ingest.projects import PROJECTS
from tests.server.memories_api.conftest import Server
from tests.server.memories_api.test_consolidating import answering as learning
from tests.support.model_endpoint import Asked, ModelEndpoint, Said, serving

PORTO: Final = "Ana lives in Porto."
DOG: Final = "Ana has a dog called Rex."
ANA: Final = {"user_id": "ana"}
PROFILE: Final = "/v2/entities/user/ana/profile/"
SCHEMA: Final = {
    "properties": {
        "city": {"type": "string", "description": "where they live"},
        "pet": {"type": "string", "description": "what their animal is called"},
    }
}


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    with serving() as opened:
        opened.answering = answering
        settings.EXTRACTION_MODEL = AnthropicModel("claude", "sk-secret", opened.address, retries=0)
        yield opened


@pytest.fixture
def server(server: Server, endpoint: ModelEndpoint) -> Server:
    server.learn(PORTO, **ANA)
    server.learn(DOG, **ANA)
    switch_on(server)
    return server


def switch_on(server: Server, schema: object = SCHEMA, status: int = 200) -> Any:
    body = {"enabled": True, "entities": {"user": {"schema": schema}}}
    return server.post("/v2/profiles/settings/", body, status)


def answering(asked: Asked) -> Said:
    """Where they live and what their animal is called, as far as that is shown."""
    if "<schema>" not in asked.prompt:
        return learning(asked)
    lines = asked.prompt.partition("<memories>")[2].splitlines()
    number = {line.partition(': "')[2][:-1]: int(line.split()[0]) for line in lines[1:-1]}
    known = [(["city"], "Porto", PORTO), (["pet"], "Rex", DOG)]
    values = [
        {"path": path, "value": value, "memories": [number[text]]}
        for path, value, text in known
        if text in number
    ]
    return Said(text=json.dumps({"values": values}))


def profile(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.get(PROFILE)
    return found


def built(server: Server) -> dict[str, Any]:
    """Ask for it until it is there."""
    assert profile(server)["status"] == "pending"
    server.do_jobs()
    return profile(server)


def id_of(server: Server, text: str) -> str:
    found = server.post("/v3/memories/", {"filters": ANA})["results"]
    return str(next(each["id"] for each in found if each["memory"] == text))


def test_a_profile_is_built_when_it_is_first_asked_for(
    server: Server, endpoint: ModelEndpoint
) -> None:
    first = profile(server)
    assert (first["status"], first["profile"], first["generation_count"]) == ("pending", {}, 0)
    assert profile(server)["status"] == "pending"
    assert server.do_jobs() == 1
    found = profile(server)
    assert found["status"] == "succeeded"
    assert found["profile"] == {"city": "Porto", "pet": "Rex"}
    assert (found["entity_type"], found["entity_id"], found["generation_count"]) == (
        "user",
        "ana",
        1,
    )
    assert found["updated_at"]
    asked = len(endpoint.requests)
    assert profile(server) == found
    assert server.do_jobs() == 0
    assert len(endpoint.requests) == asked
    assert sum(row.questions for row in Spending.objects.all()) == 3
    event = server.get("/v1/events/?event_type=PROFILE")["results"][0]
    assert event["extractor"] == "claude, profile prompt 1"
    assert "Porto" not in json.dumps(event)


@pytest.mark.parametrize("deed", ["memory", "user"])
def test_what_rests_on_a_deleted_memory_is_not_shown(server: Server, deed: str) -> None:
    built(server)
    if deed == "memory":
        server.call("DELETE", f"/v1/memories/{id_of(server, DOG)}/")
        seen = profile(server)
        assert (seen["status"], seen["profile"]) == ("pending", {})
        server.do_jobs()
        again = profile(server)
        assert (again["profile"], again["generation_count"]) == ({"city": "Porto"}, 2)
    else:
        server.call("DELETE", "/v1/memories/?user_id=ana")
        server.do_jobs()
        assert look_through(timezone.now()) == 1
        assert not KeptProfile.objects.filter(content__city="Porto").exists()


def test_words_of_a_deleted_memory_are_let_go_though_nobody_asks(server: Server) -> None:
    built(server)
    assert look_through(timezone.now()) == 0
    assert KeptProfile.objects.get().is_checked
    server.call("DELETE", f"/v1/memories/{id_of(server, DOG)}/")
    assert not KeptProfile.objects.get().is_checked
    assert look_through(timezone.now()) == 1
    kept = KeptProfile.objects.get()
    assert (kept.content, kept.sources, kept.is_checked) == ({}, {}, True)


def test_an_expired_source_takes_the_profile_along(server: Server) -> None:
    built(server)
    server.call("PUT", f"/v1/memories/{id_of(server, DOG)}/", {"expiration_date": "2020-01-31"})
    assert profile(server)["status"] == "pending"
    server.do_jobs()
    assert profile(server)["profile"] == {"city": "Porto"}


def test_what_is_new_is_taken_in_once_a_day(server: Server) -> None:
    found = built(server)
    server.learn("Ana owns a boat.", **ANA)
    assert profile(server) == found
    assert server.do_jobs() == 0
    KeptProfile.objects.update(built_at=timezone.now() - timedelta(days=1, minutes=1))
    # Shown as it is meanwhile; the memories were learned after it, by the clock.
    assert profile(server)["status"] == "succeeded"
    assert server.do_jobs() == 1
    assert profile(server)["generation_count"] == 2


def test_what_was_edited_is_taken_in_once_a_day(server: Server) -> None:
    found = built(server)
    dog = id_of(server, DOG)
    server.call("PUT", f"/v1/memories/{dog}/", {"text": "Ana has a dog."})
    assert profile(server) == found
    assert server.do_jobs() == 0
    # As if it had been built after all was learned, and a day ago.
    later = timezone.now() + timedelta(seconds=1)
    assert look_up_at(server, later).status == "succeeded"
    assert server.do_jobs() == 0
    assert look_up_at(server, later + timedelta(days=1)).content == found["profile"]
    assert server.do_jobs() == 1
    assert profile(server)["profile"] == {"city": "Porto"}


def look_up_at(server: Server, now: datetime) -> Seen:
    project = server.tenant.project
    project.refresh_from_db()
    wanted = wanted_of(project.settings)
    assert wanted is not None
    with PROJECTS.use(project.id, organization_id=project.organization_id) as memory:
        return look_up("ana", wanted, memory, project_id=project.id, now=now)


def test_a_job_finds_out_that_profiles_were_switched_off(server: Server) -> None:
    profile(server)
    server.post("/v2/profiles/settings/", {"enabled": False})
    server.do_jobs()
    event = server.get("/v1/events/?event_type=PROFILE")["results"][0]
    assert event["reason"] == "profiles are not enabled for this project"


def test_another_schema_is_another_profile(server: Server) -> None:
    built(server)
    switch_on(server, {"properties": {"city": SCHEMA["properties"]["city"]}})
    assert profile(server)["status"] == "pending"
    switch_on(server, {"properties": {"a": {"type": "date", "description": "x"}}}, 400)


def test_a_job_tells_how_far_it_is(server: Server, endpoint: ModelEndpoint) -> None:
    server.learn("Ben owns a boat.", user_id="ben")
    wanted = {"operation": "trigger", "entity_type": "user", "entity_id": "ana"}
    first = server.post("/v2/profiles/jobs/", wanted, Idempotency_Key="k" * 32)
    again = server.post("/v2/profiles/jobs/", wanted, Idempotency_Key="k" * 32)
    assert (first["status"], first["replayed"], again["replayed"]) == ("pending", False, True)
    assert first["job_id"] == again["job_id"]
    told = server.get(first["status_url"])["job"]
    assert (told["status"], told["total"], told["completed"]) == ("pending", 1, 0)
    assert server.do_jobs() == 1
    told = server.get(first["status_url"])["job"]
    assert (told["status"], told["succeeded"], told["failed"]) == ("succeeded", 1, 0)
    assert server.get(f"/v1/event/{first['event_id']}/")["status"] == "SUCCEEDED"

    sample = {"operation": "sample", "entity_type": "user", "limit": 2}
    sampled = server.post("/v2/profiles/jobs/", sample)
    assert (sampled["sampled"], sampled["entity_ids"]) == (2, ["ana", "ben"])
    server.post("/v2/profiles/jobs/", sample, 429)
    server.post("/v2/profiles/jobs/", {**sample, "limit": 11}, 400)
    endpoint.answering = lambda _: Said(stop_reason="refusal")
    server.do_jobs()
    told = server.get(sampled["status_url"])["job"]
    assert (told["status"], told["completed"], told["failed"]) == ("failed", 2, 2)


def test_a_failure_is_told_and_tried_again_the_next_day(
    server: Server, endpoint: ModelEndpoint
) -> None:
    endpoint.answering = lambda _: Said(stop_reason="refusal")
    failed = built(server)
    assert (failed["status"], failed["profile"]) == ("failed", {})
    assert failed["error"] == "the language model declined"
    assert server.do_jobs() == 0
    Job.objects.filter(kind="PROFILE").update(completed_at=timezone.now() - timedelta(days=2))
    endpoint.answering = answering
    assert built(server)["status"] == "succeeded"


def test_a_user_without_memories_has_no_profile(server: Server) -> None:
    server.post("/v1/users/", {"user_id": "cleo"}, 201)
    assert server.get("/v2/entities/user/cleo/profile/")["status"] == "insufficient_data"
    server.get("/v2/entities/user/nobody/profile/", 404)
    server.post("/v2/profiles/jobs/", {"operation": "trigger", "entity_id": "nobody"}, 404)


def test_the_settings_say_how_profiles_are_made(server: Server, settings: Settings) -> None:
    told = server.get("/v2/profiles/settings/")["capabilities"]
    assert told == {"entities": ["user"], "without_language_model": False}
    settings.EXTRACTION_MODEL = None
    told = server.get("/v2/profiles/settings/")["capabilities"]
    assert told == {"entities": ["user"], "without_language_model": True}
    # Then it is laid out by rules, and a job is over at once.
    assert profile(server)["status"] == "succeeded"
    wanted = {"operation": "trigger", "entity_type": "user", "entity_id": "ana"}
    assert server.post("/v2/profiles/jobs/", wanted)["status"] == "succeeded"
    server.post("/v2/profiles/settings/", {"enabled": False})
    assert profile(server)["status"] == "not_enabled"
    server.post("/v2/profiles/jobs/", wanted, 400)


def test_profiles_of_others_are_others(server: Server, other_server: Server) -> None:
    built(server)
    other_server.learn("Ana lives in Faro.", **ANA)
    switch_on(other_server)
    assert profile(other_server)["status"] == "pending"
    other_server.do_jobs()
    assert profile(other_server)["profile"] == {}
    assert profile(server)["profile"] == {"city": "Porto", "pet": "Rex"}
