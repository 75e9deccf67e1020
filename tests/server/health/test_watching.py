"""Whether the server lives and can work, and what it counts, without a word about anybody."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from rest_framework.test import APIClient

from controlplane.apikeys.models import ApiKey
from memories.ingest.models import Job
from memories.ingest.orders import AddOrder, Owner
from memories.ingest.services import accept
from tests.server.conftest import Ask, Tenant

ROOT = Path(__file__).resolve().parents[3]
SAID = {"messages": "I own a boat called Zanzibar.", "user_id": "anacanary"}
FAR = "203.0.113.7"


@pytest.fixture
def away(database: None, tmp_path: Path) -> Iterator[None]:
    """The database can't be reached."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", str(tmp_path / "no" / "folder.db"))
        yield
    connection.close()


def values(**labels: str) -> dict[str, float]:
    """What the metrics say now, by name, of those that carry the labels."""
    answer = APIClient().get("/metrics")
    assert answer.status_code == 200
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def test_it_is_ready_while_its_database_answers(database: None) -> None:
    answer = APIClient().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["dependencies"]["database"] == "ok"


def test_without_its_database_it_lives_and_is_not_ready(away: None) -> None:
    assert APIClient().get("/healthz").json() == {"status": "ok"}
    answer = APIClient().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["dependencies"]["database"] == "OperationalError"


def test_without_its_database_it_still_says_what_it_counted(away: None) -> None:
    found = values()
    assert found["remembrancer_database_up"] == 0
    assert "remembrancer_queue_jobs" not in found
    assert found["process_resident_memory_bytes"] > 0


def test_requests_are_counted_by_pattern_method_and_status(acme: Tenant, client: Ask) -> None:
    labels = {"route": "/v1/memories/<name:memory_id>", "method": "GET", "status": "404"}
    before = values(**labels).get("remembrancer_requests_total", 0)
    for path in ("/v1/memories/00000000-0000-4000-8000-000000000000", "/v1/memories/one/"):
        client(acme.token).get(path)
    client(acme.token).get("/v1/memories/00000000-0000-4000-8000-000000000001/")
    assert values(**labels)["remembrancer_requests_total"] == before + 2
    timed = values(route=labels["route"], method="GET")
    assert timed["remembrancer_request_seconds_count"] >= 3


def test_what_clients_make_up_becomes_no_label(database: None) -> None:
    APIClient().generic("BREW", "/no/such/address/")
    found = values(route="/none", method="other", status="404")
    assert found["remembrancer_requests_total"] >= 1
    assert b"BREW" not in APIClient().get("/metrics").content


def test_adds_jobs_and_searches_are_counted(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    before, asking = values(), client(acme.token)
    done = values(kind="ADD", outcome="succeeded").get("remembrancer_jobs_total", 0)
    asking.post("/v3/memories/add/", SAID, format="json")
    assert values()["remembrancer_queue_jobs"] == 1
    do_jobs()
    asking.post("/v2/memories/search/", {"query": "boat", "user_id": "ana"}, format="json")
    asking.get("/v1/context/?query=boat&user_id=ana")
    after = values()
    assert after["remembrancer_adds_total"] == before["remembrancer_adds_total"] + 1
    assert after["remembrancer_searches_total"] == before["remembrancer_searches_total"] + 2
    assert values(kind="ADD", outcome="succeeded")["remembrancer_jobs_total"] == done + 1
    assert after["remembrancer_queue_jobs"] == after["remembrancer_queue_age_seconds"] == 0


@pytest.mark.parametrize(("attempts", "outcome"), [(1, "failed"), (5, "again")])
def test_jobs_that_fail_are_counted_apart(
    acme: Tenant,
    do_jobs: Callable[[], int],
    settings: Settings,
    attempts: int,
    outcome: str,
) -> None:
    settings.JOB_ATTEMPTS = attempts
    before = values(kind="ADD", outcome=outcome).get("remembrancer_jobs_total", 0)
    wait(acme)
    Job.objects.update(order={"owner": {"user": "ana"}})
    do_jobs()
    assert values(kind="ADD", outcome=outcome)["remembrancer_jobs_total"] == before + 1


def wait(tenant: Tenant, *, minutes: int = 0) -> None:
    """Let a job wait since so many minutes."""
    messages = [{"role": "user", "content": "I own a boat."}]
    order = AddOrder(Owner(user="ana"), messages, timestamp=timezone.now().isoformat())
    now = timezone.now() - timedelta(minutes=minutes)
    accept(order, project_id=tenant.project.id, now=now)


def test_the_queue_is_measured_when_somebody_asks(acme: Tenant, globex: Tenant) -> None:
    wait(globex)
    wait(acme, minutes=10)
    found = values()
    assert found["remembrancer_queue_jobs"] == 2
    assert found["remembrancer_queue_age_seconds"] == pytest.approx(600, abs=10)
    assert found["remembrancer_database_up"] == 1


def test_nothing_in_the_metrics_is_about_anybody(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/add/", SAID, format="json")
    do_jobs()
    (memory,) = asking.post("/v2/memories/", {"user_id": "anacanary"}, format="json").json()
    asking.get(f"/v1/memories/{memory['id']}/")
    asking.get("/v2/entities/user/anacanary/")
    asking.get(f"/api/v1/orgs/organizations/{acme.organization.id}/")
    said = APIClient().get("/metrics").content.decode().lower()
    ids = [str(acme.organization.id), str(acme.project.id), memory["id"]]
    ids += [str(id_) for id_ in ApiKey.objects.values_list("id", flat=True)]
    assert not any(id_ in said or id_.replace("-", "") in said for id_ in ids)
    assert not any(word in said for word in ("zanzibar", "anacanary", "acme", "rmb_", "127.0.0.1"))


@pytest.mark.parametrize(
    ("from_where", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": FAR}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        # A proxy on this machine asks for somebody elsewhere, whatever they claim to be.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": FAR}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": f"for={FAR}"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": FAR}, 403),
        ({"REMOTE_ADDR": FAR, "HTTP_AUTHORIZATION": "Bearer "}, 403),
    ],
)
def test_only_this_machine_reads_the_metrics(
    database: None, from_where: dict[str, Any], status: int
) -> None:
    assert APIClient().get("/metrics", **from_where).status_code == status


def test_who_holds_the_token_reads_the_metrics_from_anywhere(
    database: None, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "for the watcher"  # noqa: S105 - of this test
    asked = {
        "Bearer for the watcher": 200,
        "bearer for the watcher": 200,
        "Token for the watcher": 403,
        "Bearer for the watche": 403,
        "Bearer": 403,
        "Bearer für": 403,
    }
    for sent, status in asked.items():
        answer = APIClient().get("/metrics", REMOTE_ADDR=FAR, HTTP_AUTHORIZATION=sent)
        assert answer.status_code == status, sent


def test_several_processes_answer_for_each_other(tmp_path: Path) -> None:
    count = (
        "from controlplane.health import metrics\n"
        "metrics.count_add()\n"
        "metrics.count_request('/v1/ping', 'GET', 200, 0.004)\n"
    )
    show = "from controlplane.health import metrics\nprint(metrics.exposition().decode())\n"
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    }
    said = ""
    for code in (count, count, show):
        said = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    assert "remembrancer_adds_total 2.0" in said
    assert 'remembrancer_requests_total{method="GET",route="/v1/ping",status="200"} 2.0' in said
    assert "process_cpu_seconds_total" in said


def test_every_metric_is_documented_and_every_documented_one_is_counted(database: None) -> None:
    page = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    said = APIClient().get("/metrics").content.decode()
    kinds = re.findall(r"^# TYPE (remembrancer_\w+) (\w+)$", said, re.MULTILINE)
    # When each counter began is told beside it.
    counted = {name for name, _ in kinds if not name.endswith("_created")}
    # Of an index apart, which is not there in this test.
    of_index = ROOT / "memories" / "records" / "measures.py"
    counted |= set(re.findall(r'"(remembrancer_\w+)"', of_index.read_text("utf-8")))
    assert set(re.findall(r"`(remembrancer_\w+)`", page)) == counted
