"""What became of what was accepted."""

from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.errors import RequestRefused
from controlplane.api.pagination import page_of, page_wanted
from memories.api.reading import instant_of, query_of
from memories.api.wire import event_object
from memories.ingest.queries import job_of, jobs_of

_LARGEST_PAGE = 100
_USUAL_PAGE = 50


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
        return Response(event_object(found))


class Events(APIView):
    """`GET /v1/events/`."""

    def get(self, request: Request) -> Response:
        """The project's events, newest first."""
        query = query_of(request)
        jobs = jobs_of(
            principal_of(request).project_id,
            kind=str(query.get("event_type", "")).upper(),
            status=str(query.get("status", "")).upper(),
            since=instant_of(query.get("start_date"), "start_date"),
            until=instant_of(query.get("end_date"), "end_date"),
        )
        wanted = page_wanted(request, most=_LARGEST_PAGE, usual=_USUAL_PAGE)
        rows = [event_object(job) for job in jobs[wanted.first : wanted.first + wanted.size]]
        return Response(page_of(request, wanted, rows, jobs.count()))
