"""Files in what the server is told: judged at the door, read by jobs, counted, fetched outside."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from controlplane.settings.learning import ModelPrices
from memories import AnthropicModel, TranscriptionModel
from memories.ingest.models import Job, JobFile, Spending
from memories.ingest.projects import PROJECTS
from memories.ingest.work import work_once
from tests.server.conftest import Ask, Tenant
from tests.server.egress.servers import Answer, Receiver
from tests.support.files import PDF, PNG, WAV, image_answer, pages_answer
from tests.support.model_endpoint import HEAR, Asked, ModelEndpoint, Said, serving

KEY: Final = "sk-secret"
SHOWN: Final = image_answer("a photo of a red bicycle", "I sell bread in Lisbon.")
PAGES: Final = pages_answer({1: "I signed a lease in Porto.", 2: "I pay in May."})
HEARD: Final = "I moved to Faro.\nMy dog is called Rex."
TYPES: Final = {PNG: "image_url", PDF: "pdf_url", WAV: "audio_url"}


def answered(asked: Asked) -> Said:
    if asked.path == HEAR:
        return Said(text=HEARD)
    is_pdf = any(part["type"] == "document" for part in asked.parts)
    return Said(text=PAGES if is_pdf else SHOWN, read=1000, written=100)


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[ModelEndpoint]:
    """Models that read all files, at prices that are told."""
    with serving() as opened:
        opened.answering = answered
        settings.READING_MODEL = AnthropicModel("claude", KEY, opened.address, retries=0)
        settings.READING_PRICES = ModelPrices(1.0, 0.1, 1.25, 5.0)
        settings.TRANSCRIPTION_MODEL = TranscriptionModel(
            "whisper", f"{opened.address}/v1", KEY, retries=0
        )
        settings.TRANSCRIPTION_PRICE = 0.006
        yield opened


def part(content: bytes) -> dict[str, Any]:
    type_ = TYPES[content]
    return {"type": type_, type_: {"url": base64.b64encode(content).decode()}}


def at(url: str, type_: str = "image_url") -> dict[str, Any]:
    return {"type": type_, type_: {"url": url}}


def body(*parts: dict[str, Any] | str) -> dict[str, Any]:
    content = [{"type": "text", "text": each} if isinstance(each, str) else each for each in parts]
    return {"messages": [{"role": "user", "content": content}], "user_id": "ana"}


def add(tenant: Tenant, client: Ask, *parts: dict[str, Any] | str, status: int = 200) -> Any:
    answer = client(tenant.token).post("/v3/memories/add/", body(*parts), format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def event(tenant: Tenant, client: Ask, added: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = client(tenant.token).get(f"/v1/event/{added['event_id']}/").json()
    return told


def found(tenant: Tenant, client: Ask, query: str) -> list[dict[str, Any]]:
    asked = {"query": query, "filters": {"user_id": "ana"}}
    answer = client(tenant.token).post("/v3/memories/search/", asked, format="json")
    listed: list[dict[str, Any]] = answer.json()["results"]
    return listed


def test_files_are_read_learned_and_quoted_by_their_place(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    added = add(acme, client, "See here.", part(PNG), part(PDF), part(WAV))
    assert JobFile.objects.count() == 3
    do_jobs()
    told = event(acme, client, added)
    assert told["status"] == "SUCCEEDED", told
    learned = {each["memory"]: each["id"] for each in told["results"]}
    for text, page, seconds in (
        ("User signed a lease in Porto.", 1, None),
        ("User's dog is called Rex.", None, 2.0),
    ):
        answer = client(acme.token).get(f"/v1/memories/{learned[text]}/sources/").json()
        (origin,) = answer["results"][0]["origins"]
        assert (origin["page"], origin["from_seconds"]) == (page, seconds)
    # What was handed in is in the memory's own store now.
    assert not JobFile.objects.exists()


def test_what_reading_took_is_told_and_counted_by_the_day(
    acme: Tenant, globex: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    added = add(acme, client, part(PNG), part(WAV))
    do_jobs()
    told = event(acme, client, added)["reading"]
    assert (told["usage"]["read"], told["usage"]["written"]) == (1000, 100)
    # 1,000 of $1 and 100 of $5 a million, and 4 seconds of $0.006 a minute.
    assert told["dollars"] == pytest.approx(0.0015 + 0.0004)
    days = client(acme.token).get("/v1/spending/").json()["results"]
    cost = {day["model"]: (day["questions"], day["dollars"]) for day in days}
    assert cost == {"claude": (1, 0.0015), "whisper": (1, 0.0004)}
    assert client(globex.token).get("/v1/spending/").json() == {"results": []}


def test_a_spent_cap_stops_reading_and_says_so(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    acme.project.settings = {"extraction_cents_per_day": 1}
    acme.project.save()
    Spending.objects.create(
        project=acme.project, on=timezone.now().date(), model="claude", microdollars=10_000
    )
    added = add(acme, client, "I own a boat.", part(PNG), part(WAV))
    do_jobs()
    told = event(acme, client, added)
    assert told["reason"].count("$0.01 a day") == 2
    assert [each["memory"] for each in told["results"]] == ["User owns a boat."]
    assert not endpoint.requests


def test_a_busy_model_is_asked_again_with_the_job_and_only_for_what_is_missing(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    endpoint.script.extend([Said(text=SHOWN), Said(status=529)])
    added = add(acme, client, part(PNG), part(PDF))
    assert work_once()
    told = event(acme, client, added)
    assert (told["status"], told["results"]) == ("PENDING", [])
    assert JobFile.objects.count() == 2
    assert work_once(now=lambda: timezone.now() + timedelta(minutes=10))
    told = event(acme, client, added)
    assert (told["status"], told["attempts"]) == ("SUCCEEDED", 2)
    # The image once, the PDF twice.
    assert len(endpoint.requests) == 3
    assert Spending.objects.get().questions == 2


def test_a_file_is_found_by_what_was_typed_until_it_is_read(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    add(acme, client, "My bicycle shop.", part(PNG))
    with CaptureQueriesContext(connection) as queries:
        (hit,) = found(acme, client, "bicycle shop")
    assert hit["memory"] == "My bicycle shop.\n[a file that is not read yet]"
    assert hit["lifecycle_state"] == "pending"
    assert not any("jobfile" in each["sql"] for each in queries)
    do_jobs()
    assert any("red bicycle" in each["memory"] for each in found(acme, client, "bicycle shop"))


def test_without_learning_the_words_are_made_all_the_same(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    asked = body(part(PDF)) | {"infer": False}
    added = client(acme.token).post("/v3/memories/add/", asked, format="json").json()
    do_jobs()
    (result,) = event(acme, client, added)["results"]
    assert result["memory"] == "[shares a PDF]\nI signed a lease in Porto.\nI pay in May."


@pytest.mark.parametrize(
    ("content", "variable"),
    [(PNG, "READING_MODEL"), (PDF, "READING_MODEL"), (WAV, "TRANSCRIPTION_MODEL")],
)
def test_what_the_server_can_not_read_is_refused_and_says_what_to_set(
    acme: Tenant, client: Ask, content: bytes, variable: str
) -> None:
    told = add(acme, client, "I own a boat.", part(content), status=400)
    assert f"REMEMBRANCER_{variable}" in told["detail"]
    assert list(told["fields"]) == ["messages[0].content[1]"]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"type": "image_url", "image_url": {"url": "no base64!"}}, "what is no base64"),
        ({"type": "image_url", "image_url": {"file": 0}}, "unknown key 'file'"),
        ({"type": "video_url", "video_url": {"url": "x"}}, "expected one of text, image_url"),
        (at(base64.b64encode(PDF).decode()), "expected a PNG, JPEG, GIF or WebP image"),
        (at("x" * 5 * 4 + base64.b64encode(PNG).decode()), "got bytes of no known kind"),
        ({"type": "txt_url", "txt_url": {"url": "AAA="}}, "NUL"),
    ],
)
def test_a_part_that_is_off_is_refused_at_once(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, wrong: dict[str, Any], said: str
) -> None:
    told = add(acme, client, "I own a boat.", wrong, status=400)
    assert said in told["detail"]
    assert "content[1]" in told["detail"]
    assert not Job.objects.exists()


def test_the_message_that_is_off_is_named(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    wrong = at(base64.b64encode(PDF).decode())
    said = [{"role": "user", "content": each} for each in ("Hello.", [part(PNG)], [wrong])]
    asked = {"messages": said, "user_id": "ana"}
    answer = client(acme.token).post("/v3/memories/add/", asked, format="json")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("messages[2].content[0]: expected a PNG")


def test_too_many_files_are_refused_at_once(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint
) -> None:
    told = add(acme, client, *[part(PNG)] * 21, status=400)
    assert "at most 20 files in a message, got 21" in told["detail"]


def test_marks_of_other_providers_on_a_text_mean_nothing(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    marked = {"type": "text", "text": "I own a boat.", "cache_control": {"type": "ephemeral"}}
    added = add(acme, client, marked)
    do_jobs()
    assert [e["memory"] for e in event(acme, client, added)["results"]] == ["User owns a boat."]


def test_a_text_file_needs_no_model(acme: Tenant, client: Ask, do_jobs: Callable[[], int]) -> None:
    added = add(acme, client, {"type": "mdx_url", "mdx_url": {"url": "data:,I%20own%20a%20boat."}})
    do_jobs()
    assert [e["memory"] for e in event(acme, client, added)["results"]] == ["User owns a boat."]


# What messages name by its address:


@pytest.fixture
def there(settings: Settings) -> Iterator[Receiver]:
    settings.FILES_FROM_LOOPBACK = True
    with Receiver(Answer(body=PNG)) as receiver:
        yield receiver


def test_a_file_is_fetched_by_the_job_and_not_by_the_request(
    acme: Tenant,
    client: Ask,
    endpoint: ModelEndpoint,
    there: Receiver,
    do_jobs: Callable[[], int],
) -> None:
    added = add(acme, client, at(there.url))
    assert not there.received
    do_jobs()
    texts = [each["memory"] for each in event(acme, client, added)["results"]]
    assert "User shared a photo of a red bicycle" in texts
    (request,) = there.received
    assert request.path == "/hook"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(404), "the URL answered 404"),
        (Answer(302, {"Location": "http://127.0.0.1:9/"}), "the URL answered 302"),
        (Answer(body=b"<html>"), "expected a PNG, JPEG, GIF or WebP image"),
        (Answer(headers={"Content-Type": "image/png"}, body=b"MZ"), "got bytes of no known kind"),
        (Answer(body=PNG + b"x" * 10_000_000), "the URL holds more than 10000000 bytes"),
    ],
)
@pytest.mark.usefixtures("endpoint")
def test_an_address_that_gives_no_image_is_told_and_the_rest_is_kept(
    acme: Tenant, client: Ask, there: Receiver, answer: Answer, why: str
) -> None:
    there.answers = [answer]
    added = add(acme, client, "I own a boat.", at(there.url), part(WAV))
    assert work_once()
    told = event(acme, client, added)
    assert told["status"] == "SUCCEEDED"
    assert why in told["reason"]
    texts = [each["memory"] for each in told["results"]]
    assert {"User owns a boat.", "User moved to Faro."} <= set(texts)
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        (message, *_) = memory.sources(told["results"][0]["id"])
    assert "[an image that could not be read]" in message.message.text


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/x.png",
        "https://127.0.0.1/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x.png",
        "https://10.0.0.1/x.png",
        "https://localhost/x.png",
        "https://user:password@a.example/x.png",
        "https://a.example:22/x.png",
    ],
)
def test_an_address_where_nobody_may_go_is_refused_at_once(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, url: str
) -> None:
    told = add(acme, client, at(url), status=400)
    assert "the URL" in told["detail"]
    assert not Job.objects.exists()


@pytest.mark.usefixtures("endpoint")
def test_an_address_is_judged_once_more_by_the_job(
    acme: Tenant, client: Ask, there: Receiver, settings: Settings
) -> None:
    """Judged again where the socket is opened, by the rules of that moment."""
    added = add(acme, client, at(there.url))
    settings.FILES_FROM_LOOPBACK = False
    assert work_once()
    assert "the URL must begin with https://" in event(acme, client, added)["reason"]
    assert not there.received


def test_a_preview_reads_what_it_is_sent_and_fetches_nothing(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, there: Receiver
) -> None:
    asking = client(acme.token)
    refused = asking.post("/v3/memories/preview/", body(at(there.url)), format="json")
    assert refused.status_code == 400
    assert "is not fetched here" in refused.json()["detail"]
    seen = asking.post("/v3/memories/preview/", body(part(PDF)), format="json").json()
    assert "User pays in May" in json.dumps(seen["results"])
    assert seen["reading"]["usage"]["written"] == 100
    told = asking.post("/v3/memories/predict/", body(part(PDF), at(there.url)), format="json")
    assert told.status_code == 200
    assert not there.received
    assert len(endpoint.requests) == 1
    assert not JobFile.objects.exists()


def test_a_deletion_takes_what_waits_with_it(
    acme: Tenant, client: Ask, endpoint: ModelEndpoint, do_jobs: Callable[[], int]
) -> None:
    add(acme, client, part(PNG))
    everybody = "user_id=*&agent_id=*&app_id=*&run_id=*"
    assert client(acme.token).delete(f"/v1/memories/?{everybody}").status_code == 200
    do_jobs()
    assert not JobFile.objects.exists()
    assert not endpoint.requests
