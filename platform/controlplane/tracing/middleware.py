"""A span around every request."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from controlplane.api.logs import REQUEST_ID
from controlplane.api.routes import shown_method, shown_route
from controlplane.tracing.spans import SPANS, answered


class RequestSpans:
    """Tells how long requests took, which have an id by then."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and tell."""
        with SPANS.request(REQUEST_ID.get() or "") as span:
            response = self._answer(request)
            answered(
                span,
                method=shown_method(request),
                route=shown_route(request),
                status=response.status_code,
            )
        return response
