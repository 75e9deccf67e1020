"""Memories are looked at together in the background: asked for, due, metered, told."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django import Settings

from controlplane.audit.models import AuditRecord
from controlplane.settings.learning import ModelPrices
from memories import AnthropicModel
from memories.ingest.consolidating import accept_due
from memories.ingest.models import DueConsolidation, Job, Spending
from tests.server.conftest import Tenant
from tests.server.memories_api.conftest import Server
from tests.support.model_endpoint import Asked, ModelEndpoint, Said, serving

PORTO: Final = "Ana lives in Porto."
RUNS: Final = ("Ana runs before work.", "Ana runs on Sundays.")
HABIT: Final = "Ana likes to run."
ANA: Final = {"user_id": "ana"}
PATH: Final = "/v3/memories/consolidate/"
LATER: Final = timedelta(minutes=11)


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    """A model that learns each turn word for word, and concludes a habit from two."""
    with serving() as opened:
        opened.answering = answering
        settings.EXTRACTION_MODEL = AnthropicModel("claude", "sk-secret", opened.address, retries=0)
        settings.EXTRACTION_PRICES = ModelPrices(1.0, 0.1, 1.25, 5.0)
        yield opened


@pytest.fixture
def server(server: Server, endpoint: ModelEndpoint) -> Server:
    return server


def answering(asked: Asked) -> Said:
    if "<memories>" in asked.prompt:
        return Said(text=json.dumps(claims(shown_in(asked.prompt))), read=500, written=100)
    said = asked.prompt.partition("<conversation>")[2]
    turns = re.findall(r'^(\d+) \w+ "([^"]*)" [^"]*: (".*")$', said, re.MULTILINE)
    facts = [
        {
            "text": json.loads(words),
            "speaker": speaker,
            "quotes": [{"turn": int(number), "words": json.loads(words)}],
            "kind": "state",
            "when": None,
            "entities": [],
            "categories": [],
            "known": [],
            "importance": 0.5,
        }
        for number, speaker, words in turns
    ]
    return Said(text=json.dumps({"facts": facts}), read=100, written=10)


def shown_in(prompt: str) -> dict[str, int]:
    memories = prompt.partition("<memories>")[2]
    found = re.findall(r'^(\d+) "[^"]*" \S+ \w+: (".*")$', memories, re.MULTILINE)
    return {json.loads(text): int(number) for number, text in found}


def claims(shown: Mapping[str, int]) -> dict[str, Any]:
    rests_on = [shown[text] for text in RUNS if text in shown]
    habit = {"text": HABIT, "kind": "preference", "categories": [], "memories": rests_on}
    return {"same": [], "replaced": [], "observations": [habit] if len(rests_on) > 1 else []}


def consolidated(server: Server) -> dict[str, Any]:
    """Ask for it, and wait; gives the event."""
    event = server.post(PATH, ANA)
    assert event["status"] == "PENDING"
    server.do_jobs()
    told: dict[str, Any] = server.get(f"/v1/event/{event['event_id']}/")
    return told


def texts(server: Server, **more: Any) -> dict[str, dict[str, Any]]:
    found = server.post("/v3/memories/", {"filters": ANA, **more})["results"]
    return {each["memory"]: each for each in found}


def test_an_event_says_what_was_concluded_and_what_that_took(server: Server) -> None:
    ids = [server.learn(text, **ANA)[0] for text in RUNS]
    event = consolidated(server)
    assert (event["event_type"], event["status"]) == ("CONSOLIDATE", "SUCCEEDED")
    (result,) = event["results"]
    assert (result["event"], result["memory"], result["user_id"]) == ("ADD", HABIT, "ana")
    assert set(result["derived_from"]) == set(ids)
    assert event["extractor"] == "claude, consolidation prompt 1"
    # 500 of $1 and 100 of $5 a million.
    assert event["dollars"] == pytest.approx(0.001)
    observation = texts(server)[HABIT]
    assert observation["synthesized"] is True
    assert set(observation["derived_from"]) == set(ids)
    assert texts(server)[RUNS[0]]["synthesized"] is False
    # Two that learned, one that looked.
    assert sum(row.questions for row in Spending.objects.all()) == 3
    record = AuditRecord.objects.get(action="memories.consolidated")
    assert observation["id"] in record.subjects
    assert consolidated(server)["reason"] == "nothing was to be folded, replaced or concluded"


def test_a_dry_run_stores_nothing_and_a_prediction_asks_nobody(
    server: Server, endpoint: ModelEndpoint
) -> None:
    for text in RUNS:
        server.learn(text, **ANA)
    asked = len(endpoint.requests)
    foretold = server.post(f"{PATH}predict/", ANA)
    assert foretold["usage"]["read"] > 100
    assert foretold["dollars"] > 0
    assert len(endpoint.requests) == asked
    seen = server.post(PATH, {**ANA, "dry_run": True})
    (change,) = seen["results"]
    assert (change["event"], change["memory"], change["id"]) == ("ADD", HABIT, None)
    assert (seen["looked_at"], seen["is_more"]) == (2, False)
    assert HABIT not in texts(server)
    assert not Job.objects.filter(kind="CONSOLIDATE").exists()


def test_an_observation_goes_with_its_source(server: Server) -> None:
    ids = [server.learn(text, **ANA)[0] for text in RUNS]
    (result,) = consolidated(server)["results"]
    server.call("DELETE", f"/v1/memories/{ids[0]}/")
    server.get(f"/v1/memories/{result['id']}/", 404)
    assert set(texts(server)) == {RUNS[1]}
    # What the event told is no longer told either.
    events = server.get("/v1/events/?event_type=CONSOLIDATE")["results"]
    assert HABIT not in json.dumps(events)


def switch_on(tenant: Tenant) -> None:
    tenant.project.settings = {"consolidation": True}
    tenant.project.save()


def test_a_project_that_wants_it_has_it_done_after_a_pause(server: Server) -> None:
    switch_on(server.tenant)
    for text in RUNS:
        server.learn(text, run_id=text, **ANA)
    now = timezone.now()
    assert accept_due(now) == 0
    assert DueConsolidation.objects.count() == 1
    assert accept_due(now + LATER) == 1
    assert accept_due(now + LATER) == 0
    assert server.do_jobs() == 1
    assert texts(server)[HABIT]["run_id"] is None
    assert DueConsolidation.objects.count() == 0


def test_what_rested_on_a_deleted_memory_is_looked_at_again(
    server: Server, endpoint: ModelEndpoint
) -> None:
    switch_on(server.tenant)
    for text in (*RUNS, PORTO):
        server.learn(text, **ANA)
    consolidated(server)
    DueConsolidation.objects.all().delete()
    server.call("DELETE", f"/v1/memories/{texts(server)[RUNS[0]]['id']}/")
    assert accept_due(timezone.now() + LATER) == 1
    asked = len(endpoint.requests)
    server.do_jobs()
    (request,) = endpoint.requests[asked:]
    assert RUNS[1] in request.prompt
    assert RUNS[0] not in request.prompt


def test_nothing_is_due_in_a_project_that_does_not_want_it(
    server: Server, other_server: Server
) -> None:
    server.learn(PORTO, **ANA)
    assert not DueConsolidation.objects.exists()
    switch_on(other_server.tenant)
    other_server.learn(PORTO, **ANA)
    other_server.tenant.project.settings = {}
    other_server.tenant.project.save()
    assert accept_due(timezone.now() + LATER) == 0
    assert not DueConsolidation.objects.exists()


def test_a_cap_holds_and_what_is_left_is_due_again(server: Server, endpoint: ModelEndpoint) -> None:
    for text in RUNS:
        server.learn(text, **ANA)
    server.tenant.project.settings = {"consolidation": True, "extraction_cents_per_day": 0}
    server.tenant.project.save()
    asked = len(endpoint.requests)
    event = consolidated(server)
    assert event["status"] == "SUCCEEDED"
    assert "may spend $0.00 a day" in event["reason"]
    assert len(endpoint.requests) == asked
    assert DueConsolidation.objects.get().owner["user"] == "ana"


def test_a_model_that_is_busy_is_asked_again(
    server: Server, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    for text in RUNS:
        server.learn(text, **ANA)
    endpoint.answering = lambda _: Said(status=529)
    event = server.post(PATH, ANA)
    do_jobs()
    assert server.get(f"/v1/event/{event['event_id']}/")["status"] == "PENDING"
    assert server.post(PATH, {**ANA, "dry_run": True}, 503)


def test_without_a_model_the_event_says_so(server: Server, settings: Settings) -> None:
    settings.EXTRACTION_MODEL = None
    server.learn(PORTO, **ANA)
    event = consolidated(server)
    assert "need a language model" in event["reason"]
    assert event["extractor"] is None


def test_it_must_name_somebody(server: Server) -> None:
    assert server.post(PATH, {}, 400)
    assert server.post(f"{PATH}predict/", {}, 400)
