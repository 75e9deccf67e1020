"""Jobs: in order, taken by one, safe to do twice, never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from memories.ingest.models import Job, JobStatus, Lane, Queue
from memories.ingest.orders import AddOrder, DeleteOrder, Owner
from memories.ingest.projects import PROJECTS
from memories.ingest.services import accept, fail, succeed, take_next
from memories.ingest.work import work_once
from tests.server.conftest import Tenant

ANA, BEN = Owner(user="ana"), Owner(user="ben")


def tell(tenant: Tenant, text: str, owner: Owner = ANA) -> Job:
    order = AddOrder(
        owner, [{"role": "user", "content": text}], timestamp=timezone.now().isoformat()
    )
    return accept(order, project_id=tenant.project.id, now=timezone.now())


def texts(tenant: Tenant, owner: Owner = ANA) -> set[str]:
    ids = {"project_id": tenant.project.id, "organization_id": tenant.organization.id}
    with PROJECTS.use(ids["project_id"], organization_id=ids["organization_id"]) as memory:
        return {each.text for each in memory.list(scope=owner.within(memory))}


def test_jobs_of_one_scope_are_done_one_at_a_time_in_order(acme: Tenant) -> None:
    jobs = [tell(acme, f"I own boat number {number}.") for number in range(3)]
    taken: list[int] = []
    for _ in jobs:
        claim = take_next(now=timezone.now())
        assert claim is not None
        assert take_next(now=timezone.now()) is None
        taken.append(claim.job.number)
        succeed(claim, [], reason="", now=timezone.now())
    assert taken == [job.number for job in jobs]
    assert take_next(now=timezone.now()) is None
    assert (Queue.objects.get().waiting, Lane.objects.get().waiting) == (0, 0)


def test_jobs_of_different_scopes_are_done_side_by_side(acme: Tenant) -> None:
    tell(acme, "I own a boat.")
    tell(acme, "I own a boat.", BEN)
    assert take_next(now=timezone.now()) is not None
    assert take_next(now=timezone.now()) is not None


def test_projects_take_turns_however_much_one_of_them_asks(acme: Tenant, globex: Tenant) -> None:
    for number in range(20):
        tell(acme, f"I own boat number {number}.", Owner(user=f"u{number}"))
    tell(globex, "I own a boat.")
    first, second = take_next(now=timezone.now()), take_next(now=timezone.now())
    assert first is not None
    assert second is not None
    assert {first.job.project_id, second.job.project_id} == {acme.project.id, globex.project.id}


def test_deletions_come_before_what_others_want_learned(acme: Tenant) -> None:
    for number in range(5):
        tell(acme, "I own a boat.", Owner(user=f"u{number}"))
    deletion = accept(DeleteOrder(BEN), project_id=acme.project.id, now=timezone.now())
    claim = take_next(now=timezone.now())
    assert claim is not None
    assert claim.job.number == deletion.number


def test_what_was_told_before_a_deletion_is_not_learned_after_it(
    acme: Tenant, do_jobs: Callable[[], int]
) -> None:
    job = tell(acme, "I own a boat.", Owner(user="ana", run="r1"))
    accept(DeleteOrder(ANA), project_id=acme.project.id, now=timezone.now())
    after = tell(acme, "I own a car.")
    do_jobs()
    job.refresh_from_db()
    assert (job.status, job.reason) == (JobStatus.SUCCEEDED, "deleted before it was learned")
    after.refresh_from_db()
    assert after.results != []
    assert texts(acme) == {"User owns a car."}


def test_what_is_told_after_a_deletion_waits_for_it_in_any_lane(acme: Tenant) -> None:
    now = timezone.now()
    wide = DeleteOrder(Owner(), everybody="user")
    deletion = accept(wide, project_id=acme.project.id, now=now)
    tell(acme, "I own a car.")
    other = tell(acme, "I own a van.", Owner(agent="bot"))
    first, second = take_next(now=now), take_next(now=now)
    assert first is not None
    assert second is not None
    assert [first.job.number, second.job.number] == [deletion.number, other.number]
    assert take_next(now=now) is None
    succeed(first, [], reason="", now=now)
    after = take_next(now=now + timedelta(seconds=1))
    assert after is not None
    assert after.job.order["owner"]["user"] == "ana"


def test_a_deletion_waits_for_what_is_being_learned(acme: Tenant) -> None:
    tell(acme, "I own a boat.", Owner(user="ana", run="r1"))
    learning = take_next(now=timezone.now())
    assert learning is not None
    accept(DeleteOrder(ANA), project_id=acme.project.id, now=timezone.now())
    assert take_next(now=timezone.now()) is None
    succeed(learning, [], reason="", now=timezone.now())
    deletion = take_next(now=timezone.now() + timedelta(seconds=1))
    assert deletion is not None
    assert deletion.job.kind == "DELETE"


def test_a_job_whose_worker_dies_each_time_ends(acme: Tenant, settings: Settings) -> None:
    settings.JOB_ATTEMPTS = 2
    job = tell(acme, "I own a boat.")
    now = timezone.now()
    for _ in range(2):
        assert take_next(now=now) is not None
        now += timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    assert take_next(now=now) is None
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.FAILED, 2)
    assert "boat" not in str(job.order)
    assert Queue.objects.get().waiting == 0


def test_of_many_workers_one_gets_each_job(acme: Tenant) -> None:
    jobs = [tell(acme, "I own a boat.", Owner(user=f"u{number}")) for number in range(12)]

    def take(_: int) -> int | None:
        try:
            claim = take_next(now=timezone.now())
            return None if claim is None else claim.job.number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        taken = [number for number in threads.map(take, range(40)) if number is not None]
    assert sorted(taken) == [job.number for job in jobs]


def test_a_worker_that_died_leaves_its_job_to_the_next(
    acme: Tenant, settings: Settings, do_jobs: Callable[[], int]
) -> None:
    job = tell(acme, "I own a boat.")
    dead = take_next(now=timezone.now())
    assert dead is not None
    assert take_next(now=timezone.now()) is None
    later = timezone.now() + timedelta(seconds=301)
    assert work_once(now=lambda: later)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    results = job.results
    # The dead one was only slow, and says something after all: nobody listens.
    succeed(dead, [{"event": "ADD"}], reason="", now=later)
    fail(dead, "too late", final=True, now=later)
    job.refresh_from_db()
    assert (job.status, job.results) == (JobStatus.SUCCEEDED, results)
    assert Queue.objects.get().waiting == 0


def test_a_job_that_was_done_but_not_reported_answers_the_same_again(acme: Tenant) -> None:
    job = tell(acme, "I own a boat.")
    assert work_once()
    job.refresh_from_db()
    told = job.results
    order = {**AddOrder(ANA, [{"role": "user", "content": "I own a boat."}],
                        timestamp=job.created_at.isoformat()).as_row()}  # fmt: skip
    Job.objects.update(status=JobStatus.RUNNING, order=order, results=[])
    Lane.objects.update(waiting=1, holder="dead", lease_until=timezone.now())
    Queue.objects.update(waiting=1)
    assert work_once()
    job.refresh_from_db()
    assert job.results == told != []
    assert texts(acme) == {"User owns a boat."}


def test_what_was_told_is_not_kept_in_the_job_once_it_is_done(acme: Tenant) -> None:
    job = tell(acme, "I own a boat.")
    assert "boat" in str(job.order)
    assert work_once()
    job.refresh_from_db()
    assert "boat" not in str(job.order)
    assert "boat" not in str(job.results)


def test_a_job_that_can_never_succeed_fails_at_once_and_says_why(acme: Tenant) -> None:
    order = AddOrder(ANA, [{"role": "robot", "content": "beep"}],
                     timestamp=timezone.now().isoformat())  # fmt: skip
    job = accept(order, project_id=acme.project.id, now=timezone.now())
    assert work_once()
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.FAILED, 1)
    assert "robot" in job.error
    assert "beep" not in str(job.order)


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_failed_attempt_comes_again_after_a_pause_and_not_for_ever(
    acme: Tenant, settings: Settings, attempts: int
) -> None:
    settings.JOB_ATTEMPTS = attempts
    job = tell(acme, "I own a boat.")
    now: datetime = timezone.now()
    for attempt in range(1, attempts + 1):
        claim = take_next(now=now)
        assert claim is not None
        assert claim.job.attempts == attempt
        fail(claim, "busy", final=False, now=now)
        assert take_next(now=now) is None
        now += timedelta(minutes=6)
    assert take_next(now=now) is None
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, "busy")
