"""Which projects have jobs that wait, as the only process of a server remembers it."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from memories.ingest.marks import ProcessMarks
from memories.ingest.models import Job
from tests.server.conftest import Ask, Tenant

_SOON_SECONDS = 10.0


def accepted(acme: Tenant, client: Ask) -> Job:
    body = {"messages": "I own a boat.", "user_id": "ana"}
    assert client(acme.token).post("/v3/memories/add/", body, format="json").status_code == 200
    return Job.objects.get()


def test_what_was_open_before_the_process_began_is_known(acme: Tenant, client: Ask) -> None:
    job = accepted(acme, client)
    marks = ProcessMarks()
    assert marks.any_of(acme.project.id)
    assert not marks.any_of(uuid.uuid4())
    marks.take_away(acme.project.id, job.number)
    assert not marks.any_of(acme.project.id)
    marks.put(acme.project.id, job.number)
    assert marks.any_of(acme.project.id)


def test_what_ended_before_the_table_was_read_is_over(acme: Tenant, client: Ask) -> None:
    job = accepted(acme, client)
    marks = ProcessMarks()
    marks.take_away(acme.project.id, job.number)
    assert not marks.any_of(acme.project.id)


@pytest.mark.django_db(transaction=True)
def test_whoever_ends_a_job_does_not_wait_for_whoever_asks() -> None:
    """A search that reads the table waits for the open transaction, which must go on."""
    marks, project_id = ProcessMarks(), uuid.uuid4()
    answers: list[bool] = []

    def ask() -> None:
        answers.append(marks.any_of(project_id))
        connection.close()

    with transaction.atomic():
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(0.2)
        ending = threading.Thread(target=marks.take_away, args=(project_id, 1))
        ending.start()
        ending.join(_SOON_SECONDS)
        assert not ending.is_alive()
    asking.join(_SOON_SECONDS)
    assert answers == [False]
