"""What the extractor said of a job is used by the next attempt, and goes with the job's words."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings as server
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import Settings

from memories.ingest.answers import AnswersOfProject
from memories.ingest.models import Job, JobStatus
from memories.ingest.orders import AddOrder, DeleteOrder, Owner
from memories.ingest.projects import PROJECTS
from memories.ingest.queries import jobs_of
from memories.ingest.services import accept, take_next
from memories.ingest.work import work_once
from tests.server.conftest import Tenant
from tests.server.services import ROOT

ANA: Final = Owner(user="ana")
_SAVING: Final = 'UPDATE "ingest_job" SET "answer" ='
# Does a job on the database and in the folder that it is given; dies once the answer is saved.
_DYING: Final = """
import os, signal, sys
from pathlib import Path
import django
from django.conf import settings

settings.DATABASES["default"]["NAME"], settings.DATA_FOLDER = sys.argv[1], Path(sys.argv[2])
django.setup()
from django.db import connection
from memories.ingest.work import work_once

def die(execute, sql, *rest):
    result = execute(sql, *rest)
    if sql.startswith(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

with connection.execute_wrapper(die):
    work_once()
"""


def tell(tenant: Tenant) -> Job:
    message = {"role": "user", "content": "I own a boat."}
    order = AddOrder(ANA, [message], timestamp=timezone.now().isoformat())
    return accept(order, project_id=tenant.project.id, now=timezone.now())


def texts(tenant: Tenant) -> list[str]:
    with PROJECTS.use(tenant.project.id, organization_id=tenant.organization.id) as memory:
        return [each.text for each in memory.list(scope=ANA.within(memory))]


def fail_once_saved() -> None:
    """An attempt at the next job that fails right after the extractor's answer is saved."""

    def refuse(execute: Callable[..., object], sql: str, *rest: Any) -> object:
        result = execute(sql, *rest)
        if sql.startswith(_SAVING):
            raise DatabaseError("the database is away")
        return result

    with connection.execute_wrapper(refuse):
        assert work_once()


def work_later() -> None:
    later = timezone.now() + timedelta(seconds=301)
    assert work_once(now=lambda: later)


def answer_of(job: Job) -> str:
    return Job.objects.values_list("answer", flat=True).get(number=job.number)


def say(job: Job, words: str, instead_of: str) -> None:
    """Let the saved answer say what the extractor would not."""
    answer = answer_of(job)
    assert answer.count(instead_of) == 1
    Job.objects.filter(number=job.number).update(answer=answer.replace(instead_of, words))


def test_the_next_attempt_uses_the_answer_of_one_that_was_killed(
    acme: Tenant, tmp_path: Path
) -> None:
    job = tell(acme)
    database, folder = str(connection.settings_dict["NAME"]), str(server.DATA_FOLDER)
    killed = subprocess.run(
        [sys.executable, "-c", _DYING, database, folder, _SAVING],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    job.refresh_from_db()
    assert (job.status, job.attempts, texts(acme)) == (JobStatus.RUNNING, 1, [])
    say(job, "sails a boat", instead_of="owns a boat")
    work_later()
    job.refresh_from_db()
    assert (job.status, job.attempts, len(job.results)) == (JobStatus.SUCCEEDED, 2, 1)
    assert texts(acme) == ["User sails a boat."]
    assert answer_of(job) == ""


def test_the_next_attempt_uses_the_answer_of_one_that_failed(acme: Tenant) -> None:
    job = tell(acme)
    fail_once_saved()
    job.refresh_from_db()
    assert (job.status, texts(acme)) == (JobStatus.PENDING, [])
    say(job, "sails a boat", instead_of="owns a boat")
    work_later()
    assert texts(acme) == ["User sails a boat."]
    assert answer_of(job) == ""


def test_another_extractors_answer_is_not_used(acme: Tenant) -> None:
    job = tell(acme)
    fail_once_saved()
    say(job, "sails a boat", instead_of="owns a boat")
    extractor = json.loads(answer_of(job))["extractor"]
    say(job, '"extractor":"other"', instead_of=f'"extractor":"{extractor}"')
    work_later()
    assert texts(acme) == ["User owns a boat."]
    assert answer_of(job) == ""


def test_a_deletion_takes_the_answers_of_what_it_overtakes(acme: Tenant) -> None:
    job = tell(acme)
    fail_once_saved()
    assert "boat" in answer_of(job)
    accept(DeleteOrder(Owner(), everybody="user"), project_id=acme.project.id, now=timezone.now())
    assert work_once()
    job.refresh_from_db()
    assert (job.status, answer_of(job)) == (JobStatus.PENDING, "")
    AnswersOfProject(acme.project.id).save(str(job.id), "an attempt that took too long")
    assert answer_of(job) == ""
    work_later()
    assert texts(acme) == []


def test_a_job_that_failed_for_good_keeps_no_answer(acme: Tenant, settings: Settings) -> None:
    settings.JOB_ATTEMPTS = 1
    job = tell(acme)
    fail_once_saved()
    job.refresh_from_db()
    assert (job.status, answer_of(job)) == (JobStatus.FAILED, "")


def test_a_job_whose_worker_died_each_time_keeps_no_answer(
    acme: Tenant, settings: Settings
) -> None:
    settings.JOB_ATTEMPTS = 1
    job = tell(acme)
    assert take_next(now=timezone.now()) is not None
    AnswersOfProject(acme.project.id).save(str(job.id), "I own a boat.")
    assert answer_of(job) == "I own a boat."
    assert take_next(now=timezone.now() + timedelta(seconds=301)) is None
    job.refresh_from_db()
    assert (job.status, answer_of(job)) == (JobStatus.FAILED, "")


def test_a_job_that_waits_may_be_answered_and_one_that_is_over_gets_no_answer(
    acme: Tenant,
) -> None:
    job = tell(acme)
    answers = AnswersOfProject(acme.project.id)
    answers.save(str(job.id), "{}")
    assert answers.find(str(job.id)) == "{}"
    assert work_once()
    answers.save(str(job.id), "I own a boat.")
    assert answers.find(str(job.id)) is None


def test_a_project_knows_its_own_jobs_answers_alone(acme: Tenant, globex: Tenant) -> None:
    job = tell(acme)
    assert take_next(now=timezone.now()) is not None
    own, other = (AnswersOfProject(each.project.id) for each in (acme, globex))
    own.save(str(job.id), "one")
    other.save(str(job.id), "two")
    assert (own.find(str(job.id)), other.find(str(job.id))) == ("one", None)


def test_answers_are_not_read_with_the_jobs(acme: Tenant) -> None:
    tell(acme)
    (listed,) = jobs_of(acme.project.id)
    claim = take_next(now=timezone.now())
    assert claim is not None
    for job in (listed, claim.job):
        assert job.get_deferred_fields() == {"answer"}
