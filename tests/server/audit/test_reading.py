"""Tenants read their own trail, and nobody else's."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from controlplane.apikeys.services import issue_key
from controlplane.audit.actions import Action
from controlplane.audit.services import record
from tests.server.audit.conftest import Read
from tests.server.conftest import Ask, Tenant

ROOT = Path(__file__).resolve().parents[3]


def fill(tenant: Tenant, count: int) -> None:
    for number in range(count):
        record(Action.MEMORY_READ, [number], organization_id=tenant.organization.id)


def test_pages_lead_on_newest_first_until_there_are_no_more(acme: Tenant, client: Ask) -> None:
    fill(acme, 25)
    asking, path, numbers = client(acme.token), "/api/v1/audit/?page_size=10", []
    while path:
        answer = asking.get(path).json()
        numbers += [each["number"] for each in answer["results"]]
        path = answer["next"]
        # What is appended meanwhile moves no page.
        fill(acme, 1)
    assert numbers == list(range(28, 0, -1))


def test_records_are_found_by_action_actor_and_time(acme: Tenant, trail: Read) -> None:
    fill(acme, 3)
    now = timezone.now()
    later, earlier = (now + timedelta(hours=1)).isoformat(), (now - timedelta(hours=1)).isoformat()
    assert {each["action"] for each in trail(acme, action="memory.read")} == {"memory.read"}
    assert len(trail(acme, action="memory.read")) == 3
    assert len(trail(acme, actor="system")) == 6
    assert trail(acme, actor="somebody") == trail(acme, since=later) == []
    assert trail(acme, until=earlier) == []
    assert len(trail(acme, since=earlier, until=later)) == 6
    assert len(trail(acme, since="2026-01-01")) == 6


@pytest.mark.parametrize(
    "query",
    [
        *("action=memory.eaten", "since=yesterday", "until=2026-13-01", "page_size=0"),
        *("page_size=1001", "page_size=ten", "before=-1", "before=" + "9" * 30),
    ],
)
def test_a_query_that_is_off_is_refused_by_name(acme: Tenant, client: Ask, query: str) -> None:
    answer = client(acme.token).get(f"/api/v1/audit/?{query}")
    assert answer.status_code == 400
    assert query.split("=", maxsplit=1)[0] in answer.json()["fields"]


def test_a_tenant_reads_its_own_trail_alone(
    acme: Tenant, globex: Tenant, client: Ask, trail: Read
) -> None:
    fill(globex, 5)
    assert len(trail(acme)) == 3
    exported = client(acme.token).get("/api/v1/audit/export/")
    lines = b"".join(exported.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert str(globex.project.id).encode() not in b"".join(lines)


@pytest.mark.parametrize("path", ["/api/v1/audit/", "/api/v1/audit/export/"])
def test_it_needs_a_key_with_admin(acme: Tenant, client: Ask, path: str) -> None:
    lesser = issue_key(acme.project.id, name="lesser", scopes=["read", "write", "delete"]).token
    assert client(lesser).get(path).status_code == 403
    assert client("").get(path).status_code == 401
    assert client(acme.token).post(path, {}, format="json").status_code == 405


@pytest.mark.parametrize("accept", ["*/*", "application/x-ndjson", "application/json"])
def test_the_export_is_every_record_a_line_oldest_first(
    acme: Tenant, client: Ask, accept: str
) -> None:
    fill(acme, 1100)
    answer = client(acme.token).get("/api/v1/audit/export/", headers={"Accept": accept})
    assert answer["Content-Type"] == "application/x-ndjson"
    lines = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
    rows = [json.loads(line) for line in lines]
    assert [row["number"] for row in rows] == list(range(1, 1105))
    assert rows[-1]["action"] == "audit.exported"
    # Each follows the one before it: so much a tenant sees without the server's secret.
    assert [row["previous"] for row in rows[1:]] == [row["digest"] for row in rows[:-1]]


def test_the_export_reads_a_page_at_a_time(acme: Tenant, client: Ask) -> None:
    fill(acme, 1100)
    answer = client(acme.token).get("/api/v1/audit/export/")
    with CaptureQueriesContext(connection) as asked:
        list(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(asked) == 3


def test_every_action_is_documented_and_every_documented_one_is_known() -> None:
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    table = page.partition("| Action |")[2].partition("\n\n")[0]
    cells = " ".join(row.split("|")[1] for row in table.splitlines()[2:])
    assert sorted(re.findall(r"`([\w.]+)`", cells)) == sorted(Action)
