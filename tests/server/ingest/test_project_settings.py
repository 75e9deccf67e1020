"""What a project's settings change for its memories."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from controlplane.apikeys.tokens import digest_of
from controlplane.apikeys.verification import forget_verified
from controlplane.audit.models import AuditRecord
from controlplane.limits.models import Counter
from memories.ingest.retention import delete_outdated
from tests.server.conftest import Ask, Tenant
from tests.server.memories_api.conftest import Server

ANA = {"user_id": "ana"}


def change_settings(server: Server, **settings: object) -> None:
    project = server.tenant.project
    path = f"/api/v1/orgs/organizations/{project.organization_id}/projects/{project.id}/"
    server.call("PATCH", path, settings)


def test_what_is_outdated_is_deleted_once_an_hour(
    acme: Tenant, globex: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    server = Server(client(acme.token), acme, do_jobs)
    other = Server(client(globex.token), globex, do_jobs)
    (id_,) = server.learn("I live in Porto.", **ANA)
    (others,) = other.learn("I live in Porto.", **ANA)
    change_settings(server, retention_days=30)
    assert delete_outdated(timezone.now() + timedelta(days=29)) == 0
    server.get(f"/v1/memories/{id_}/")

    later = timezone.now() + timedelta(days=31)
    # The hour since is not over on the clock of the budgets.
    assert delete_outdated(later) == 0
    Counter.objects.all().delete()
    assert delete_outdated(later) == 2
    server.get(f"/v1/memories/{id_}/", 404)
    other.get(f"/v1/memories/{others}/")
    assert AuditRecord.objects.filter(action="memories.outdated").count() == 1
    Counter.objects.all().delete()
    assert delete_outdated(later) == 0
    assert AuditRecord.objects.filter(action="memories.outdated").count() == 1
    change_settings(server, retention_days=None)
    Counter.objects.all().delete()
    assert delete_outdated(later) == 0


def test_yesterday_is_judged_in_the_projects_time_zone(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    server = Server(client(acme.token), acme, do_jobs)
    # In Auckland it is the 11th already.
    said = {"messages": "I bought a kite yesterday.", "timestamp": "2024-05-10T23:00:00Z", **ANA}

    def day_told(**more: object) -> str:
        event = server.post("/v3/memories/add/", {**said, **more})
        server.do_jobs()
        (told,) = server.get(f"/v1/event/{event['event_id']}/")["results"]
        return str(server.get(f"/v1/memories/{told['id']}/")["memory"])

    assert "9 May 2024" in day_told()
    change_settings(server, timezone="Pacific/Auckland")
    assert "10 May 2024" in day_told(user_id="ben")
    assert "9 May 2024" in day_told(user_id="eve", timezone="UTC")


def test_a_project_that_wants_its_memories_to_fade_gets_them_faded(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    server = Server(client(acme.token), acme, do_jobs)
    told = {"messages": "I own a green boat.", "timestamp": 1_500_000_000, **ANA}
    server.post("/v3/memories/add/", told)
    do_jobs()
    asked = {"query": "Who owns a boat?", "filters": ANA}

    def decay() -> object:
        (hit,) = server.post("/v3/memories/search/", asked)["results"]
        return hit["score_breakdown"]["decay"]

    assert decay() == 1
    change_settings(server, decay=True)
    # A key that was verified is remembered for a second.
    forget_verified(digest_of(acme.token))
    assert decay() == pytest.approx(0.7, abs=0.001)
