"""What spans tell of a request and of a job, and what they keep to themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from controlplane.tracing.spans import SPANS
from memories.ingest.models import Job
from tests.server.conftest import Ask, Tenant

SAID = {"messages": "I own a boat called Zanzibar.", "user_id": "anacanary"}
ASKED = {"query": "Who owns Zanzibar?", "filters": {"user_id": "anacanary"}}
SIGNALS = {"search.semantic", "search.lexical", "search.entity", "search.temporal"}
STEPS = {"search.read", "search.pending", "search.answer"} | SIGNALS
ID = "a-request-of-the-test"


def parents(spans: tuple[ReadableSpan, ...]) -> dict[str, set[str]]:
    """The names of what each step is a part of."""
    names = {span.context.span_id: span.name for span in spans}
    found: dict[str, set[str]] = {}
    for span in spans:
        above = "" if span.parent is None else names[span.parent.span_id]
        found.setdefault(span.name, set()).add(above)
    return found


def everything(spans: tuple[ReadableSpan, ...]) -> str:
    """All that is sent of them."""
    return "".join(span.to_json() for span in spans)


@pytest.fixture
def asked(
    acme: Tenant,
    client: Ask,
    do_jobs: Callable[[], int],
    told: InMemorySpanExporter,
) -> tuple[ReadableSpan, ...]:
    """The spans of an add, its job and a search."""
    asking = client(acme.token)
    asking.post("/v3/memories/add/", SAID, format="json")
    do_jobs()
    found: Any = asking.post(
        "/v3/memories/search/?canary=query", ASKED, format="json", HTTP_X_REQUEST_ID=ID
    )
    assert "Zanzibar" in found.json()["results"][0]["memory"]
    return told.get_finished_spans()


def test_a_search_says_what_it_did_in_whichever_thread(asked: tuple[ReadableSpan, ...]) -> None:
    above = parents(asked)
    assert above["search"] == {"POST /v3/memories/search"}
    assert {name for name in above if above[name] == {"search"}} == STEPS
    for name in ("search.gather", "search.judge", "search.expand"):
        assert above[name] == {"search.answer"}
    assert above["search.embed"] <= SIGNALS
    assert above["search.wait"] <= STEPS
    (judged,) = (span for span in asked if span.name == "search.judge")
    assert judged.attributes is not None
    assert judged.attributes["candidates"] == 2
    assert len({span.context.trace_id for span in asked if span.name.startswith("search")}) == 1


def test_a_request_is_told_by_its_pattern(asked: tuple[ReadableSpan, ...]) -> None:
    (request,) = (span for span in asked if span.name == "POST /v3/memories/search")
    assert request.parent is None
    assert dict(request.attributes or {}) == {
        "remembrancer.request_id": ID,
        "http.request.method": "POST",
        "http.route": "/v3/memories/search",
        "http.response.status_code": 200,
    }


def test_a_job_is_told(asked: tuple[ReadableSpan, ...]) -> None:
    (job,) = (span for span in asked if span.name == "job ADD")
    row = Job.objects.get()
    assert dict(job.attributes or {}) == {
        "remembrancer.job_id": str(row.id),
        "remembrancer.attempt": 1,
    }


def test_nothing_that_was_said_and_nobodys_name_is_told(
    acme: Tenant, asked: tuple[ReadableSpan, ...]
) -> None:
    told = everything(asked).lower()
    for secret in ("zanzibar", "boat", "owns", "canary", acme.token.lower()):
        assert secret not in told
    assert str(acme.project.id) not in told


def test_what_clients_make_up_is_not_told(
    database: None, client: Ask, told: InMemorySpanExporter
) -> None:
    client("").generic("BREW", "/no/such/canary/")
    (span,) = told.get_finished_spans()
    assert span.name == "other /none"
    assert "canary" not in everything((span,))


def test_a_failure_is_told_without_its_words(told: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Zanzibar"), SPANS.step("search"):
        raise ValueError("Zanzibar is no boat")
    (span,) = told.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}
    assert "Zanzibar" not in everything((span,))


def test_a_job_that_fails_is_told_as_failed(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int], told: InMemorySpanExporter
) -> None:
    client(acme.token).post("/v3/memories/add/", SAID, format="json")
    Job.objects.update(order={"owner": {"user": "anacanary"}})
    do_jobs()
    (job,) = (span for span in told.get_finished_spans() if span.name == "job ADD")
    assert job.status.status_code is StatusCode.ERROR


def test_without_a_start_nothing_is_told(
    acme: Tenant, client: Ask, told: InMemorySpanExporter
) -> None:
    SPANS.stop()
    assert client(acme.token).post("/v3/memories/search/", ASKED, format="json").status_code == 200
    assert SPANS.step("search") is SPANS.step("search.read", hits=1)
    assert told.get_finished_spans() == ()
