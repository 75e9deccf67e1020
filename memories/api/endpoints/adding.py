"""Telling what to know."""

from typing import ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.idempotency.middleware import job_id_of
from memories.api.access import finished, project_of, spend
from memories.api.reading import flag_of, query_of
from memories.api.schemas import AddedAnswer, AddRequest
from memories.api.telling import add_order
from memories.api.wire import results_of
from memories.ingest.models import Job, JobStatus
from memories.ingest.services import accept

_QUEUED = "Memory processing has been queued for background execution"
_STORED = "Memories stored successfully"


@described(asks={"POST": AddRequest}, answers={"POST": AddedAnswer})
class AddMemories(APIView):
    """`POST /v3/memories/add/`: keeps the messages, answers with the id of the event.

    With `?wait=true`, and with `infer` false, it answers once the event is over.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """The event."""
        return Response(event_of(add(request), request))


class AddMemoriesOfOld(APIView):
    """`POST /v1/memories/`, of clients before version 2: the event inside a list or `results`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE, "DELETE": KeyScope.DELETE}

    def post(self, request: Request) -> Response:
        """The event or, if it is waited for, what it stored."""
        body = object_of(request)
        waits = body.get("async_mode") is False
        job = add(request, waits=waits)
        over = job.status == JobStatus.SUCCEEDED
        said = stored_by(job, request) if over else [event_of(job, request)]
        if body.get("output_format") == "v1.1":
            return Response({"results": said, "relations": []})
        return Response(said)


def add(request: Request, *, waits: bool = False) -> Job:
    """Accept what the request tells, and wait for it where that is asked for."""
    order = add_order(object_of(request), now=timezone.now())
    spend(request, "adds")
    job = accept(
        order,
        project_id=principal_of(request).project_id,
        now=timezone.now(),
        job_id=job_id_of(request),
    )
    if waits or not order.infer or flag_of(query_of(request), "wait", usual=False):
        return finished(job)
    return job


def stored_by(job: Job, request: Request) -> list[dict[str, object]]:
    """What a job stored."""
    with project_of(request) as memory:
        return results_of(job, memory)


def event_of(job: Job, request: Request) -> dict[str, object]:
    """The job as an add answers it."""
    said: dict[str, object] = {
        "message": _QUEUED,
        "status": job.status,
        "event_id": str(job.id),
    }
    if job.status == JobStatus.SUCCEEDED:
        said |= {"message": _STORED, "results": stored_by(job, request)}
        if job.reason:
            said["reason"] = job.reason
    if job.status == JobStatus.FAILED:
        said |= {"message": "The memories could not be stored", "error": job.error}
    return said
