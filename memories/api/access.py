"""From a request to the memories that its key opens: the only door to a project's file here."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request

from controlplane.api.authentication import principal_of
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.verification import Principal
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget, Verdict
from memories import InvalidScope, Memory
from memories.ingest.models import Job, JobStatus
from memories.ingest.projects import PROJECTS

_DAY: Final = 24 * 3600
_FIRST_LOOK_SECONDS: Final = 0.01
_LAST_LOOK_SECONDS: Final = 0.2
_WAITING: Final = threading.BoundedSemaphore(4)
_NOBODY: Final = (
    "Name whose memories: filters need at least one of user_id, agent_id, app_id, run_id "
    '(such as {"user_id": "ana"}; on the command line --user-id ana).'
)


@contextmanager
def project_of(request: Request) -> Iterator[Memory]:
    """The memories of the key's project.

    Raises:
        RequestRefused: the request names nobody where it must.
    """
    principal = principal_of(request)
    with PROJECTS.use(principal.project_id, organization_id=principal.organization_id) as memory:
        try:
            yield memory
        except InvalidScope as error:
            raise RequestRefused(_NOBODY, code="no_scope") from error


def memory_id_of(raw: str) -> str:
    """A memory's id in its usual spelling.

    Raises:
        RequestRefused: it is no UUID.
    """
    try:
        return str(UUID(raw))
    except ValueError as error:
        raise RequestRefused("A memory's id is a UUID.", code="invalid_id") from error


def spend(request: Request, what: str) -> None:
    """Count an add or a search against the quota of an agent that nobody has claimed.

    Raises:
        RequestRefused: it is spent.
    """
    principal = principal_of(request)
    if not principal.is_provisional:
        return
    verdict = shared_counters().take([_quota(principal, what)])
    if not verdict.allowed:
        raise _spent(what, verdict)


def _quota(principal: Principal, what: str) -> Budget:
    limits = {
        "adds": settings.UNCLAIMED_ADDS_PER_DAY,
        "searches": settings.UNCLAIMED_SEARCHES_PER_DAY,
    }
    return Budget(f"{what} of {principal.organization_id}", limits[what], _DAY)


def _spent(what: str, verdict: Verdict) -> RequestRefused:
    return RequestRefused(
        f"An unclaimed agent has {verdict.budget.limit} {what} a day, and they are spent. "
        "Claim it with: mem0 init --email you@example.org",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        code="quota_spent",
        headers={"Retry-After": str(verdict.resets_in_seconds)},
    )


def finished(job: Job) -> Job:
    """The job once it is over; as it stands, if that takes too long."""
    until = time.monotonic() + settings.LONGEST_WAIT_SECONDS
    # Whoever waits takes a thread that could answer others: not all of them may.
    may_wait = _WAITING.acquire(blocking=False)
    pause = _FIRST_LOOK_SECONDS
    try:
        while may_wait and time.monotonic() < until:
            status = Job.objects.values_list("status", flat=True).get(number=job.number)
            if status in (JobStatus.SUCCEEDED, JobStatus.FAILED):
                break
            time.sleep(pause)
            pause = min(2 * pause, _LAST_LOOK_SECONDS)
    finally:
        if may_wait:
            _WAITING.release()
    return Job.objects.get(number=job.number)
