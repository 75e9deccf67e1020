"""Small adds of one scope that wait are learned from with one question; each stays an event."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from memories import AnthropicModel
from memories.ingest.models import Job, Spending
from memories.ingest.orders import AddOrder, DeleteOrder, Owner
from memories.ingest.services import accept
from memories.ingest.work import work_once
from tests.library.learned import restate, turns_in
from tests.server.conftest import Tenant
from tests.support.model_endpoint import ModelEndpoint, Said, serving


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    with serving() as opened:
        opened.answering = lambda asked: Said(text=restate(asked.prompt), read=500, written=90)
        settings.EXTRACTION_MODEL = AnthropicModel("claude", "sk-key", opened.address, retries=0)
        yield opened


def tell(tenant: Tenant, text: str, owner: Owner | None = None, **more: Any) -> Job:
    message = {"role": "user", "content": text}
    at = "2024-03-08T18:30:00+00:00"
    order = AddOrder(owner or Owner(user="ana"), [message], at, **more)
    return accept(order, project_id=tenant.project.id, now=timezone.now())


def results(job: Job) -> tuple[str, list[str], int]:
    done = Job.objects.get(number=job.number)
    return done.status, [each["event"] for each in done.results], done.learning["usage"]["read"]


def test_waiting_adds_share_a_question_and_keep_their_events(
    acme: Tenant, endpoint: ModelEndpoint
) -> None:
    jobs = [tell(acme, f"I own boat {number}.") for number in range(3)]
    for _ in jobs:
        assert work_once()
    assert [len(turns_in(each.prompt)) for each in endpoint.requests] == [3]
    assert [results(job) for job in jobs] == [
        ("SUCCEEDED", ["ADD"], 500),
        ("SUCCEEDED", ["ADD"], 0),
        ("SUCCEEDED", ["ADD"], 0),
    ]
    assert Spending.objects.get().questions == 1
    assert set(Job.objects.values_list("answer", flat=True)) == {""}


@pytest.mark.parametrize(
    "other",
    [
        {"owner": Owner(user="rui")},
        {"infer": False},
        {"timezone": "Europe/Lisbon"},
        {"guidance": {"instructions": "Cars."}},
        {"sums_up": True, "owner": Owner(user="ana", agent="buyer")},
    ],
)
def test_what_is_another_scopes_or_wants_something_else_is_asked_by_itself(
    acme: Tenant, endpoint: ModelEndpoint, other: dict[str, Any]
) -> None:
    tell(acme, "I own a boat.")
    tell(acme, "I own a car.", **other)
    assert work_once()
    assert [len(turns_in(each.prompt)) for each in endpoint.requests] == [1]


def test_a_deletion_in_between_is_not_stepped_over(acme: Tenant, endpoint: ModelEndpoint) -> None:
    tell(acme, "I own a boat.")
    accept(DeleteOrder(Owner(user="ana")), project_id=acme.project.id, now=timezone.now())
    tell(acme, "I own a car.")
    assert work_once()
    assert [len(turns_in(each.prompt)) for each in endpoint.requests] == [1]


def test_what_was_answered_ahead_and_then_deleted_is_not_learned(
    acme: Tenant, endpoint: ModelEndpoint
) -> None:
    tell(acme, "I own a boat.")
    second = tell(acme, "I own a car.")
    assert work_once()
    assert Job.objects.filter(number=second.number).exclude(answer="").exists()
    everything = DeleteOrder(Owner(), everything=True)
    accept(everything, project_id=acme.project.id, now=timezone.now())
    assert work_once()
    assert Job.objects.get(number=second.number).order["messages"] == []
    assert set(Job.objects.values_list("answer", flat=True)) <= {""}
