"""Imports: kept at once, asked about in batches, waited for by nobody, counted and capped."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django import Settings

from controlplane.settings.learning import ModelPrices
from memories import AnthropicModel
from memories.ingest.models import Job, JobStatus, Spending
from memories.ingest.orders import AddOrder, DeleteOrder, Owner
from memories.ingest.projects import PROJECTS
from memories.ingest.queries import oldest_waiting
from memories.ingest.services import accept
from memories.ingest.work import work_once
from tests.library.learned import restate
from tests.server.conftest import Ask, Tenant
from tests.support.model_endpoint import ModelEndpoint, Said, serving

PRICES: Final = ModelPrices(1.0, 0.1, 1.25, 5.0)
BOATS: Final = [{"role": "user", "content": f"I own boat {number}."} for number in range(12)]
TOLD: Final[dict[str, Any]] = {
    "conversations": [
        {"user_id": "ana", "messages": BOATS, "timestamp": "2024-03-08T18:30:00Z"},
        {"user_id": "rui", "run_id": "r1", "messages": "I own a raft."},
    ],
    "metadata": {"from": "letters"},
}


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    with serving() as opened:
        opened.answering = lambda asked: Said(text=restate(asked.prompt), read=1000, written=200)
        settings.EXTRACTION_MODEL = AnthropicModel("claude", "sk-key", opened.address, retries=0)
        settings.EXTRACTION_PRICES = PRICES
        yield opened


def begin(tenant: Tenant, client: Ask, status: int = 200, **more: Any) -> dict[str, Any]:
    body = TOLD | more
    answer = client(tenant.token).post("/v3/memories/imports/", body, format="json")
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    return told


def look(tenant: Tenant, client: Ask, id_: str) -> dict[str, Any]:
    told: dict[str, Any] = client(tenant.token).get(f"/v3/memories/imports/{id_}/").json()
    return told


def work(minutes: int = 0) -> bool:
    """Do what is due so much later."""
    return work_once(now=lambda: timezone.now() + timedelta(minutes=minutes))


def texts(tenant: Tenant, user: str) -> list[str]:
    with PROJECTS.use(tenant.project.id, organization_id=tenant.organization.id) as memory:
        return [each.text for each in memory.list(scope=memory.scope(user=user))]


def test_an_import_is_kept_asked_and_learned_without_a_worker_that_waits(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    endpoint.batches.looks = 1
    begun = begin(acme, client)
    assert begun["status"] == "PENDING"
    assert work()
    waiting = look(acme, client, begun["id"])
    assert (waiting["status"], waiting["parts"]["asked"], waiting["questions"]) == ("PENDING", 2, 3)
    assert waiting["predicted"]["written"] == 13 * 80
    assert waiting["predicted_dollars"] > 0
    assert not work()
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        assert memory.search("raft", scope=memory.scope(user="rui")).hits[0].is_message
    assert oldest_waiting() is None
    assert work(minutes=2)
    done = look(acme, client, begun["id"])
    assert (done["status"], done["memories"], done["parts"]["learned"]) == ("SUCCEEDED", 13, 2)
    assert texts(acme, "ana") == [f"User: {each['content']}" for each in BOATS]
    assert not endpoint.requests
    assert not work(minutes=4)


def test_its_event_says_what_was_learned_of_whom_and_what_that_took(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    begun = begin(acme, client)
    assert work()
    event = client(acme.token).get(f"/v1/event/{begun['event_id']}/").json()
    assert (event["event_type"], event["status"]) == ("IMPORT", "SUCCEEDED")
    whose = [(each["user_id"], each.get("run_id")) for each in event["results"]]
    assert whose == [("ana", None)] * 12 + [("rui", "r1")]
    assert event["results"][-1]["memory"] == "User: I own a raft."
    assert event["extractor"].startswith("claude, prompt")
    assert event["usage"]["read"] == 3000
    # Three questions of 1,000 tokens of $1 and 200 of $5 a million, at half of it.
    assert event["dollars"] == pytest.approx(0.003)
    (day,) = client(acme.token).get("/v1/spending/").json()["results"]
    assert (day["questions"], day["dollars"]) == (3, pytest.approx(0.003))
    kept = Job.objects.get()
    assert "boat" not in json.dumps([kept.order, kept.answer, kept.results])


def test_what_a_batch_took_is_counted_once_however_often_it_is_looked_at(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    endpoint.batches.unanswered["0-1"] = "expired"
    endpoint.script.append(Said(status=529))
    begin(acme, client)
    assert work()
    assert Job.objects.get().status == JobStatus.PENDING
    assert Spending.objects.get().questions == 2
    assert work(minutes=9)
    assert Job.objects.get().status == JobStatus.SUCCEEDED
    assert Spending.objects.get().questions == 3
    # Two in the batch at half the price, and one singly.
    assert Spending.objects.get().microdollars == 2000 + 2000


@pytest.mark.parametrize("cents", [1])
def test_what_would_go_past_the_cap_is_not_asked(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, settings: Settings, cents: int
) -> None:
    settings.EXTRACTION_PRICES = ModelPrices(100.0, 10.0, 125.0, 500.0)
    acme.project.settings = {"extraction_cents_per_day": cents}
    acme.project.save()
    begun = begin(acme, client)
    assert work()
    told = look(acme, client, begun["id"])
    assert told["status"] == "SUCCEEDED"
    assert "may spend $0.01 a day" in told["reason"]
    assert not endpoint.batches.made
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        assert memory.stats().messages == 13


def test_a_provider_without_batches_is_told_of(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    endpoint.batches.refusing = 404
    begun = begin(acme, client)
    assert work()
    told = look(acme, client, begun["id"])
    assert told["status"] == "SUCCEEDED"
    assert "404" in told["reason"]
    again = begin(acme, client, batched=False, metadata={})
    assert again["id"] != begun["id"]


def test_it_asks_singly_only_where_that_was_said(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, settings: Settings
) -> None:
    begun = begin(acme, client, batched=False)
    for _ in range(3):
        work(minutes=9)
    done = look(acme, client, begun["id"])
    assert (done["status"], done["memories"], done["dollars"]) == ("SUCCEEDED", 13, 0.006)
    assert not endpoint.batches.made
    settings.EXTRACTION_MODEL = None
    assert "batched" in begin(acme, client, 400)["fields"]


def test_later_adds_do_not_wait_for_it(acme: Tenant, client: Ask, endpoint: ModelEndpoint) -> None:
    endpoint.batches.looks = 5
    begin(acme, client)
    assert work()
    order = AddOrder(Owner(user="ana"), [BOATS[0] | {"content": "I sail."}], "2024-05-01T00:00:00Z")
    accept(order, project_id=acme.project.id, now=timezone.now())
    assert work()
    assert texts(acme, "ana") == ["User: I sail."]


@pytest.mark.parametrize("has_begun", [False, True])
def test_what_is_deleted_meanwhile_is_not_learned(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, *, has_begun: bool
) -> None:
    endpoint.batches.looks = 1
    begun = begin(acme, client)
    if has_begun:
        assert work()
    order = DeleteOrder(Owner(user="ana"))
    accept(order, project_id=acme.project.id, now=timezone.now())
    for minutes in range(0, 10, 2):
        work(minutes)
    done = look(acme, client, begun["id"])
    assert (done["status"], done["memories"]) == ("SUCCEEDED", 1)
    assert (texts(acme, "ana"), texts(acme, "rui")) == ([], ["User: I own a raft."])


def test_called_off_it_ends_at_once(acme: Tenant, client: Ask, endpoint: ModelEndpoint) -> None:
    endpoint.batches.looks = 9
    begun = begin(acme, client)
    assert work()
    path = f"/v3/memories/imports/{begun['id']}/"
    assert client(acme.token).delete(path).status_code == 200
    assert work()
    told = look(acme, client, begun["id"])
    assert (told["status"], told["parts"]["cancelled"], told["memories"]) == ("SUCCEEDED", 2, 0)
    assert "called off" in told["reason"]
    assert [each.cancelled for each in endpoint.batches.made.values()] == [True]
    assert client(acme.token).delete(path).status_code == 200
    assert not work(minutes=9)


def test_an_import_of_another_project_is_not_there(
    acme: Tenant, globex: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    begun = begin(acme, client)
    path = f"/v3/memories/imports/{begun['id']}/"
    assert client(globex.token).get(path).status_code == 404
    assert client(globex.token).delete(path).status_code == 404
    assert client(acme.token).get("/v3/memories/imports/none/").status_code == 404


@pytest.mark.parametrize(
    "off",
    [
        {"conversations": []},
        {"conversations": "letters"},
        {"conversations": [{"messages": "I own a boat."}]},
        {"conversations": [{"user_id": "ana"}]},
        {"conversations": [{"user_id": "ana", "messages": [{"role": "robot", "content": "beep"}]}]},
        {"conversations": [{"user_id": "ana", "messages": "x", "timestamp": "soon"}]},
        {"batched": "maybe"},
        {"custom_instructions": 5},
    ],
)
def test_an_import_that_is_off_is_refused_at_once(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, off: dict[str, Any]
) -> None:
    begin(acme, client, 400, **off)
    assert not Job.objects.exists()


def test_conversations_belong_to_whom_the_import_names_unless_they_say_otherwise(
    acme: Tenant, client: Ask
) -> None:
    told = [{"messages": "I own a raft."}, {"userId": "rui", "messages": "I own a kite."}]
    begun = begin(acme, client, user_id="ana", conversations=told, batched=False)
    for _ in range(3):
        work(minutes=9)
    assert look(acme, client, begun["id"])["status"] == "SUCCEEDED"
    assert (texts(acme, "ana"), texts(acme, "rui")) == (
        ["User owns a raft."],
        ["User owns a kite."],
    )
    refused = begin(acme, client, 400, conversations=told[:1], batched=False)
    assert "conversations[0]" in refused["fields"]


def test_a_worker_that_died_leaves_it_to_the_next(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    begun = begin(acme, client)
    Job.objects.update(status=JobStatus.RUNNING, attempts=1)
    assert do_jobs() == 1
    assert look(acme, client, begun["id"])["memories"] == 13
