"""Facts are learned by a language model: guided, counted, capped, and said of each event."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from controlplane.settings.learning import ModelPrices
from memories import AnthropicModel, TokenUsage
from memories.ingest.models import Job, JobStatus, Lane, Spending
from memories.ingest.orders import AddOrder, Owner
from memories.ingest.projects import PROJECTS
from memories.ingest.services import accept
from memories.ingest.work import work_once
from tests.server.conftest import Ask, Tenant
from tests.support.model_endpoint import ModelEndpoint, Said, serving

SAID: Final = "I moved to Lisbon, and I adopted a dog called Rex."
FACT: Final = {
    "text": "Ana adopted a dog called Rex.",
    "speaker": "user",
    "quotes": [{"turn": 1, "words": "I adopted a dog called Rex"}],
    "kind": "event",
    "when": None,
    "entities": [],
    "categories": ["family"],
    "known": [],
    "importance": 0.6,
}
PRICES: Final = ModelPrices(1.0, 0.1, 1.25, 5.0)
KEY: Final = "sk-secret"


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    """A model that finds the one fact of whatever was said."""
    with serving() as opened:
        opened.answering = lambda _: said(FACT)
        settings.EXTRACTION_MODEL = AnthropicModel("claude", KEY, opened.address, retries=0)
        settings.EXTRACTION_PRICES = PRICES
        yield opened


def said(*facts: dict[str, Any], **more: Any) -> Said:
    more = {"read": 500, "read_from_cache": 1500, "written": 100} | more
    return Said(text=json.dumps({"facts": facts}), **more)


def tell(tenant: Tenant, text: str = SAID, **asked: Any) -> Job:
    message = {"role": "user", "content": text}
    order = AddOrder(Owner(user="ana"), [message], timezone.now().isoformat(), guidance=asked)
    return accept(order, project_id=tenant.project.id, now=timezone.now())


def event(tenant: Tenant, client: Ask, job: Job) -> dict[str, Any]:
    answer = client(tenant.token).get(f"/v1/event/{job.id}/")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def found(tenant: Tenant, client: Ask) -> list[str]:
    asked = {"query": "Which dog was adopted?", "filters": {"user_id": "ana"}}
    answer = client(tenant.token).post("/v3/memories/search/", asked, format="json")
    return [each["memory"] for each in answer.json()["results"]]


def test_an_event_says_who_learned_and_what_that_took(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    job = tell(acme)
    do_jobs()
    told = event(acme, client, job)
    assert [each["memory"] for each in told["results"]] == [FACT["text"]]
    assert "claude" in told["extractor"]
    assert told["usage"] == {
        "read": 500,
        "read_from_cache": 1500,
        "written_to_cache": 0,
        "written": 100,
    }
    # 500 of $1, 1,500 of $0.10 and 100 of $5 a million.
    assert told["dollars"] == pytest.approx(0.00115)
    memory = client(acme.token).get(f"/v1/memories/{told['results'][0]['id']}/").json()
    assert memory["learned_by"].startswith("claude, prompt")
    # Where the server asks is nothing to its projects.
    assert endpoint.address not in json.dumps([told, memory])
    assert (memory["importance"], memory["categories"]) == (0.6, ["family"])
    assert len(endpoint.requests) == 1


def test_without_a_model_events_say_that_the_local_extractor_learned(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    job = tell(acme)
    do_jobs()
    told = event(acme, client, job)
    assert "local" in told["extractor"]
    assert set(told["usage"].values()) == {0}
    answer = client(acme.token).get("/v1/spending/").json()
    assert answer == {"results": []}


def test_what_is_wanted_goes_to_the_model_and_nothing_of_other_projects(
    acme: Tenant,
    globex: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    do_jobs: Callable[[], int],
) -> None:
    project = acme.project
    project.settings = {
        "custom_instructions": "Only what is about animals.",
        "custom_categories": [{"pets": "animals at home"}],
        "exclusion_prompt": "No addresses.",
    }
    project.save()
    tell(acme, instructions="In the third person.", includes="Names of dogs.")
    do_jobs()
    tell(globex)
    do_jobs()
    acmes, globexs = (each.prompt for each in endpoint.requests)
    for wanted in ("about animals", "third person", "Names of dogs", "No addresses", "pets"):
        assert wanted in acmes
        assert wanted not in globexs
    assert "user_preferences" in globexs
    fixed = [json.dumps(each.instructions) for each in endpoint.requests]
    assert fixed[0] == fixed[1]


def test_an_adds_own_categories_replace_the_projects(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    acme.project.settings = {"custom_categories": [{"pets": "animals at home"}]}
    acme.project.save()
    body = {
        "messages": SAID,
        "user_id": "ana",
        "custom_categories": [{"wildlife": "animals outside"}],
        "custom_instructions": ["In short.", "Facts alone."],
    }
    answer = client(acme.token).post("/v3/memories/add/", body, format="json")
    assert answer.status_code == 200
    do_jobs()
    (asked,) = endpoint.requests
    assert "wildlife" in asked.prompt
    assert "animals at home" not in asked.prompt
    assert "In short.\\nFacts alone." in asked.prompt or "In short.\nFacts alone." in asked.prompt


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("custom_instructions", 5),
        ("custom_instructions", "x" * 4001),
        ("includes", {"a": 1}),
        ("custom_categories", "pets"),
        ("custom_categories", [{"x" * 101: ""}]),
        ("custom_categories", [{"pets": "x" * 501}]),
    ],
)
def test_guidance_that_is_off_is_refused_at_once(
    acme: Tenant, client: Ask, field: str, value: object
) -> None:
    body = {"messages": SAID, "user_id": "ana", field: value}
    answer = client(acme.token).post("/v3/memories/add/", body, format="json")
    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_a_day_is_summed_up_by_model(
    acme: Tenant,
    globex: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    do_jobs: Callable[[], int],
) -> None:
    for text in (SAID, "I also have a cat."):
        tell(acme, text)
        do_jobs()
    (day,) = client(acme.token).get("/v1/spending/?days=7").json()["results"]
    assert (day["model"], day["questions"], day["usage"]["read"]) == ("claude", 2, 1000)
    assert day["date"] == timezone.now().date().isoformat()
    assert day["dollars"] == pytest.approx(0.0023)
    assert client(globex.token).get("/v1/spending/").json() == {"results": []}


@pytest.fixture(params=["project", "server"])
def one_cent(request: pytest.FixtureRequest, acme: Tenant, settings: Settings) -> None:
    """All that Acme may spend in a day."""
    if request.param == "server":
        settings.EXTRACTION_CENTS_PER_DAY = 1
    else:
        acme.project.settings = {"extraction_cents_per_day": 1}
        acme.project.save()


@pytest.mark.usefixtures("one_cent")
def test_a_spent_cap_stops_learning_and_says_so(
    acme: Tenant,
    globex: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    do_jobs: Callable[[], int],
) -> None:
    # One cent.
    endpoint.answering = lambda _: said(FACT, read=10_000, read_from_cache=0, written=0)
    tell(acme)
    do_jobs()
    job = tell(acme, "My dog Rex likes the sea.")
    do_jobs()
    told = event(acme, client, job)
    assert told["status"] == "SUCCEEDED"
    assert told["results"] == []
    assert "$0.01 a day" in told["reason"]
    assert len(endpoint.requests) == 1
    # What was said is there, and the other project has a day of its own.
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        assert memory.stats().messages == 2
    tell(globex)
    do_jobs()
    assert len(endpoint.requests) == 2


def test_tomorrow_it_learns_again(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    acme.project.settings = {"extraction_cents_per_day": 1}
    acme.project.save()
    yesterday = (timezone.now() - timedelta(days=1)).date()
    Spending.objects.create(project=acme.project, on=yesterday, model="claude", microdollars=50_000)
    tell(acme)
    do_jobs()
    assert len(endpoint.requests) == 1


def test_a_busy_model_is_asked_again_later_as_it_wishes(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    endpoint.script.append(Said(status=529, headers={"retry-after": "60"}))
    job = tell(acme)
    assert work_once()
    told = event(acme, client, job)
    assert (told["status"], told["results"]) == ("PENDING", [])
    assert "language model" in told["error"]
    assert not work_once(now=lambda: timezone.now() + timedelta(seconds=50))
    assert work_once(now=lambda: timezone.now() + timedelta(seconds=70))
    told = event(acme, client, job)
    assert (told["status"], told["attempts"]) == ("SUCCEEDED", 2)
    assert [each["memory"] for each in told["results"]] == [FACT["text"]]


def test_tried_for_the_last_time_it_keeps_what_was_said_and_says_why(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, settings: Settings
) -> None:
    settings.JOB_ATTEMPTS = 2
    endpoint.answering = lambda _: Said(status=529)
    job = tell(acme)
    for hour in range(2):
        assert work_once(now=lambda hour=hour: timezone.now() + timedelta(hours=hour))  # type: ignore[misc]
    told = event(acme, client, job)
    assert told["status"] == JobStatus.SUCCEEDED
    assert told["results"] == []
    assert "529" in told["reason"]
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        hits = memory.search("Rex", scope=memory.scope(user="ana"))
    assert [hit.text for hit in hits] == [SAID]


def test_neither_key_nor_words_reach_events_or_logs(
    acme: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    endpoint.answering = lambda _: Said(status=401)
    job = tell(acme)
    assert work_once()
    told = json.dumps(event(acme, client, job))
    logged = caplog.text + "".join(capfd.readouterr())
    assert "401" in told
    for secret in (KEY, SAID, "Rex"):
        assert secret not in told
        assert secret not in logged


def test_a_lease_is_kept_while_the_model_answers(
    acme: Tenant, endpoint: ModelEndpoint, settings: Settings
) -> None:
    settings.JOB_LEASE_SECONDS = 30
    leases: list[timedelta] = []
    endpoint.answering = lambda _: said()
    tell(acme, "One. " * 10_000)
    long_ago = timezone.now() - timedelta(seconds=25)

    def watch(execute: Callable[..., object], sql: str, *rest: Any) -> object:
        result = execute(sql, *rest)
        if sql.startswith('UPDATE "ingest_lane"'):
            lane = Lane.objects.first()
            if lane is not None and lane.lease_until is not None:
                leases.append(lane.lease_until - long_ago)
        return result

    with connection.execute_wrapper(watch):
        assert work_once(now=lambda: long_ago)
    assert leases[0] == timedelta(seconds=30)
    assert max(leases) > timedelta(seconds=50)


def test_a_preview_says_what_would_be_learned_and_stores_nothing(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    body = {"messages": SAID, "user_id": "ana", "includes": "Names of dogs."}
    answer = client(acme.token).post("/v3/memories/preview/", body, format="json")
    assert answer.status_code == 200
    told = answer.json()
    (fact,) = told["results"]
    assert (fact["memory"], fact["event"], fact["kind"]) == (FACT["text"], "ADD", "event")
    assert fact["quotes"] == ["I adopted a dog called Rex"]
    assert told["usage"]["written"] == 100
    assert "Names of dogs." in endpoint.requests[0].prompt
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        stats = memory.stats()
    assert (stats.messages, stats.memories) == (0, 0)
    assert not Job.objects.exists()
    # It was asked, so it counts.
    assert Spending.objects.get().questions == 1


def test_what_an_add_would_take_is_told_without_asking(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    body = {"messages": SAID, "user_id": "ana"}
    told = client(acme.token).post("/v3/memories/predict/", body, format="json").json()
    longer = [{"role": "user", "content": f"{SAID} {number}"} for number in range(40)]
    more = (
        client(acme.token)
        .post("/v3/memories/predict/", body | {"messages": longer}, format="json")
        .json()
    )
    assert told["usage"]["written"] == 80
    assert more["usage"]["written"] == 40 * 80
    # Four questions, each with the fixed part.
    assert more["usage"]["read"] > 3.5 * told["usage"]["read"]
    assert told["dollars"] == pytest.approx(PRICES.of(TokenUsage(**told["usage"])) / 1e6)
    assert not endpoint.requests
    assert not Spending.objects.exists()


def test_without_a_model_an_add_takes_nothing(acme: Tenant, client: Ask) -> None:
    body = {"messages": SAID, "user_id": "ana"}
    told = client(acme.token).post("/v3/memories/predict/", body, format="json").json()
    assert (set(told["usage"].values()), told["dollars"]) == ({0}, None)


def test_an_unclaimed_agent_may_spend_little(
    acme: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    settings: Settings,
    do_jobs: Callable[[], int],
) -> None:
    settings.UNCLAIMED_EXTRACTION_CENTS_PER_DAY = 0
    answer = client("").post("/api/v1/auth/agent_mode/", {}, format="json")
    key = answer.json()["api_key"]
    body = {"messages": SAID, "user_id": "ana"}
    added = client(key).post("/v3/memories/add/", body, format="json").json()
    do_jobs()
    told = client(key).get(f"/v1/event/{added['event_id']}/").json()
    assert "$0.00 a day" in told["reason"]
    assert not endpoint.requests


def test_unclaimed_agents_together_may_spend_little(
    acme: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    settings: Settings,
    do_jobs: Callable[[], int],
) -> None:
    settings.ALL_UNCLAIMED_EXTRACTION_CENTS_PER_DAY = 1
    first, second = (
        client("").post("/api/v1/auth/agent_mode/", {}, format="json").json()["api_key"]
        for _ in range(2)
    )
    asked = {}
    for key in (first, second, acme.token):
        body = {"messages": SAID, "user_id": "ana"}
        client(key).post("/v3/memories/add/", body, format="json")
        do_jobs()
        asked[key] = len(endpoint.requests)
        # As if it had been a cent.
        Spending.objects.update(microdollars=10_000)
    assert list(asked.values()) == [1, 1, 2]
