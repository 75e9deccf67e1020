"""Adds of type procedural_memory: the run of an agent is summed up, and belongs to the agent."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from pytest_django import Settings

from memories import AnthropicModel
from memories.ingest.models import Job, Lane
from memories.ingest.work import work_once
from tests.server.conftest import Ask, Tenant
from tests.support.model_endpoint import ModelEndpoint, Said, serving

RUN: Final = [
    {"role": "user", "content": "Order a rudder."},
    {"role": "assistant", "content": "Ordered at Nautica, NQ-7781."},
]
NOTHING: Final[dict[str, Any]] = {"text": "", "turns": []}
ANSWER: Final = {
    "task": {"text": "Order a rudder", "turns": [1]},
    "steps": [{"text": "ordered at Nautica, NQ-7781", "turns": [2]}],
    "decisions": [],
    "findings": [],
    "errors": [{"text": "paid twice", "turns": [7]}],
    "state": NOTHING,
    "open": [],
}
TEXT: Final = "Task: Order a rudder\nSteps:\n- ordered at Nautica, NQ-7781"
PROCEDURAL: Final = {"memory_type": "procedural_memory", "agent_id": "buyer"}


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    with serving() as opened:
        opened.answering = lambda _: Said(text=json.dumps(ANSWER), read=500, written=90)
        settings.EXTRACTION_MODEL = AnthropicModel("claude", "sk-key", opened.address, retries=0)
        yield opened


def add(tenant: Tenant, client: Ask, status: int = 200, **more: Any) -> dict[str, Any]:
    body = {"messages": RUN, **PROCEDURAL, **more}
    answer = client(tenant.token).post("/v3/memories/add/", body, format="json")
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("named", [{"run_id": "r1"}, {}])
def test_a_run_becomes_a_procedure_of_its_agent(
    acme: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    do_jobs: Callable[[], int],
    named: dict[str, Any],
) -> None:
    told = add(acme, client, metadata={"shop": "Nautica"}, **named)
    do_jobs()
    asking = client(acme.token)
    event = asking.get(f"/v1/event/{told['event_id']}/").json()
    (result,) = event["results"]
    assert (result["event"], result["memory"], result["agent_id"]) == ("ADD", TEXT, "buyer")
    assert "run_id" not in result
    assert event["dropped"] == {"no message shows it": 1}
    assert event["usage"]["read"] == 500
    filters = {"AND": [{"agent_id": "buyer"}, {"kind": "procedure"}]}
    (listed,) = asking.post("/v3/memories/", {"filters": filters}, format="json").json()["results"]
    assert (listed["kind"], listed["memory"], listed["run_id"]) == ("procedure", TEXT, None)
    run = named.get("run_id", told["event_id"])
    assert listed["metadata"] == {"shop": "Nautica", "run_id": run, "until": 1}
    sources = asking.get(f"/v1/memories/{listed['id']}/sources/").json()["results"]
    assert [each["content"] for each in sources] == [each["content"] for each in RUN]


def test_a_later_add_of_the_run_goes_on_and_supersedes(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    add(acme, client, run_id="r1")
    do_jobs()
    add(acme, client, run_id="r1", messages=[*RUN, {"role": "tool", "content": "Sent."}])
    do_jobs()
    filters = {"agent_id": "buyer"}
    body = {"filters": filters, "latest_only": True}
    listed = client(acme.token).post("/v3/memories/", body, format="json").json()["results"]
    assert len(listed) == 1
    assert listed[0]["memory"].count("ordered at Nautica") == 2
    body["latest_only"] = False
    listed = client(acme.token).post("/v3/memories/", body, format="json").json()["results"]
    assert len(listed) == 2


def test_begun_again_it_asks_nothing_twice(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    add(acme, client, run_id="r1")
    endpoint.script.append(Said(status=529))
    assert work_once()
    assert Job.objects.get().status == "PENDING"
    Job.objects.update(not_before=None)
    Lane.objects.update(lease_until=None)
    assert work_once()
    job = Job.objects.get()
    assert (job.status, len(job.results)) == ("SUCCEEDED", 1)


def test_without_an_agent_or_a_model_it_is_refused(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, settings: Settings
) -> None:
    assert "agent_id" in add(acme, client, 400, agent_id=None, user_id="ana")["fields"]
    settings.EXTRACTION_MODEL = None
    assert "memory_type" in add(acme, client, 400)["fields"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["preview", "predict"])
def test_it_is_not_known_before_it_is_made(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, path: str
) -> None:
    body = {"messages": RUN, **PROCEDURAL}
    answer = client(acme.token).post(f"/v3/memories/{path}/", body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["memory_type"])


def test_other_types_mean_nothing(acme: Tenant, client: Ask, do_jobs: Callable[[], int]) -> None:
    add(acme, client, memory_type="semantic_memory", messages="I own a boat.")
    assert do_jobs() == 1
    assert len(Job.objects.get().results) == 1
