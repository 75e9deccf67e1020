"""A POST that is sent again is answered again, and done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from controlplane.audit.models import AuditRecord
from controlplane.audit.stream import READS
from controlplane.idempotency.models import KeptAnswer
from memories.ingest.models import Job
from tests.server.conftest import Ask, Tenant

ADD = "/v3/memories/add/"
BODY = {"messages": "I own a boat.", "user_id": "ana"}


def send(
    client: Ask, token: str, key: str, body: object = BODY, path: str = ADD
) -> tuple[int, str, str]:
    response = client(token).post(path, body, format="json", headers={"Idempotency-Key": key})
    return (
        response.status_code,
        response.content.decode(),
        response.headers.get("Idempotent-Replayed", ""),
    )


def test_the_same_request_is_answered_the_same_and_done_once(acme: Tenant, client: Ask) -> None:
    first = send(client, acme.token, "k1")
    again = send(client, acme.token, "k1")
    assert first[:2] == again[:2]
    assert (first[2], again[2]) == ("", "true")
    assert Job.objects.count() == 1
    send(client, acme.token, "k2")
    assert Job.objects.count() == 2


def test_another_body_under_the_same_key_is_refused(acme: Tenant, client: Ask) -> None:
    send(client, acme.token, "k1")
    status, said, _ = send(client, acme.token, "k1", {**BODY, "user_id": "ben"})
    assert status == 422
    assert "another body" in said
    assert Job.objects.count() == 1


def test_keys_of_others_and_of_other_addresses_are_other_keys(
    acme: Tenant, globex: Tenant, client: Ask
) -> None:
    assert send(client, acme.token, "k1")[0] == 200
    assert send(client, globex.token, "k1")[2] == ""
    assert send(client, acme.token, "k1", path="/v1/memories/")[2] == ""
    assert Job.objects.count() == 3


def test_a_refusal_is_not_kept(acme: Tenant, client: Ask) -> None:
    assert send(client, acme.token, "k1", {"messages": ""})[0] == 400
    assert send(client, acme.token, "k1")[0] == 200
    assert send(client, "rmb_wrong", "k1")[0] == 401
    assert KeptAnswer.objects.count() == 1


def test_at_the_same_time_it_is_done_once(acme: Tenant, client: Ask) -> None:
    def ask(_: int) -> int:
        try:
            return send(client, acme.token, "k1")[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(ask, range(16)))
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    assert Job.objects.count() == 1


def test_a_request_that_was_killed_half_way_is_done_once_all_the_same(
    acme: Tenant, client: Ask
) -> None:
    send(client, acme.token, "k1")
    # As if the process had died between accepting the job and keeping the answer.
    KeptAnswer.objects.update(status=None)
    assert send(client, acme.token, "k1")[0] == 409
    KeptAnswer.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert send(client, acme.token, "k1")[0] == 200
    assert Job.objects.count() == 1


def test_who_shows_no_good_key_is_given_no_kept_answer(database: None, client: Ask) -> None:
    path = "/api/v1/auth/agent_mode/"
    first, second = (send(client, "", "k1", {}, path) for _ in range(2))
    assert (first[0], second[0], second[2]) == (200, 200, "")
    assert first[1] != second[1]
    assert KeptAnswer.objects.count() == 0


def test_a_deletion_forgets_the_answers_that_were_kept(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    assert send(client, acme.token, "k1")[0] == 200
    client(acme.token).delete("/v1/memories/?user_id=ana")
    do_jobs()
    assert KeptAnswer.objects.count() == 0


def test_a_key_is_forgotten_after_a_day(acme: Tenant, client: Ask) -> None:
    send(client, acme.token, "k1")
    KeptAnswer.objects.update(expires_at=timezone.now())
    assert send(client, acme.token, "k1", {**BODY, "user_id": "ben"})[2] == ""


@pytest.mark.parametrize("key", ["", "a" * 256, "a b", "é"])
def test_what_is_no_key_is_refused(acme: Tenant, client: Ask, key: str) -> None:
    assert send(client, acme.token, key)[0] == 400


def test_the_trail_says_who_was_answered_again(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    send(client, acme.token, "k1")
    do_jobs()
    question = {"query": "Who owns a boat?", "filters": {"user_id": "ana"}}
    search = ("/v3/memories/search/", "/v2/memories/search/")
    for path in search:
        first = send(client, acme.token, "k2", question, path)
        assert send(client, acme.token, "k2", question, path) == (*first[:2], "true")
    READS.write()
    again = AuditRecord.objects.filter(action="answer.repeated")
    told = AuditRecord.objects.filter(action="memory.searched")
    assert [each.subjects for each in again] == [each.subjects for each in told]
    assert all(each.subjects for each in again)
    assert {each.actor for each in again} == {each.actor for each in told}
