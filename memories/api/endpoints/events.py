"""What became of what was accepted."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.errors import RequestRefused
from controlplane.api.openapi import described
from controlplane.api.pagination import cursor_wanted, page_behind, page_of, page_wanted
from controlplane.audit.actions import Action
from memories.api.access import project_of
from memories.api.reading import instant_of, query_of
from memories.api.schemas import EventPage, EventSchema
from memories.api.trail import served
from memories.api.wire import event_object, results_of
from memories.ingest.models import Job
from memories.ingest.queries import job_of, jobs_of

_LARGEST_PAGE = 100
_USUAL_PAGE = 50
_CURSOR = re.compile(r"before-(\d{1,18})", re.ASCII)


@described(answers={"GET": EventSchema})
class OneEvent(APIView):
    """`GET /v1/event/{id}/`."""

    def get(self, request: Request, event_id: str) -> Response:
        """The event as it stands."""
        try:
            found = job_of(UUID(event_id), project_id=principal_of(request).project_id)
        except (ValueError, ValidationError):
            found = None
        if found is None:
            raise RequestRefused("No such event.", status=HTTPStatus.NOT_FOUND, code="not_found")
        _served(request, Action.MEMORY_READ, [found])
        with project_of(request) as memory:
            return Response(event_object(found, memory))


def _served(request: Request, action: Action, jobs: Iterable[Job]) -> None:
    """Record the memories in their results; most events that are asked for have none yet."""
    if ids := [result["id"] for job in jobs for result in job.results]:
        served(request, action, ids)


@described(answers={"GET": EventPage})
class Events(APIView):
    """`GET /v1/events/`."""

    def get(self, request: Request) -> Response:
        """The project's events, newest first; `cursor` as `POST /v3/memories/` has it."""
        query = query_of(request)
        jobs = jobs_of(
            principal_of(request).project_id,
            kind=str(query.get("event_type", "")).upper(),
            status=str(query.get("status", "")).upper(),
            since=instant_of(query.get("start_date"), "start_date"),
            until=instant_of(query.get("end_date"), "end_date"),
        )
        wanted = page_wanted(request, most=_LARGEST_PAGE, usual=_USUAL_PAGE)
        cursor = cursor_wanted(request)
        first = 0 if cursor else wanted.first
        following = jobs if cursor is None else jobs.filter(number__lt=_number_of(cursor))
        page = list(following[first : first + wanted.size])
        with project_of(request) as memory:
            rows = [event_object(job, memory) for job in page]
        _served(request, Action.MEMORY_LISTED, page)
        next_cursor = f"before-{page[-1].number}" if len(page) == wanted.size else None
        if cursor is not None:
            return Response(page_behind(request, rows, jobs.count(), next_cursor=next_cursor))
        return Response(page_of(request, wanted, rows, jobs.count(), next_cursor=next_cursor))


def _number_of(cursor: str) -> int:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise RequestRefused(
            "cursor must be one that an earlier page gave.", fields={"cursor": ["off"]}
        )
    return int(match[1])


class MemoryEvents(APIView):
    """`GET /v1/memories/events/`: what jobs did to memories, newest first, a row a memory."""

    def get(self, request: Request) -> Response:
        """The page; counted in jobs."""
        wanted = page_wanted(request, most=_LARGEST_PAGE)
        jobs = jobs_of(principal_of(request).project_id, kind="ADD", status="SUCCEEDED")
        page = jobs[wanted.first : wanted.first + wanted.size]
        _served(request, Action.MEMORY_LISTED, page)
        with project_of(request) as memory:
            told = [(job, results_of(job, memory)) for job in page]
        rows = [
            {
                "id": f"{job.id}-{place}",
                "memory_id": result.get("id"),
                "event": result.get("event"),
                "new_memory": result.get("memory"),
                "old_memory": None,
                "created_at": job.created_at.isoformat(),
                "updated_at": job.updated_at.isoformat(),
            }
            for job, results in told
            for place, result in enumerate(results)
        ]
        return Response(page_of(request, wanted, rows, jobs.count()))
