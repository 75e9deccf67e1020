"""Around every request: its id, its line in the log, and its path as it was sent."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from controlplane.api.addresses import caller_address
from controlplane.api.bodies import check_text
from controlplane.api.errors import RequestRefused, answer_refused
from controlplane.api.ignored import say_ignored
from controlplane.api.logs import REQUEST_ID
from controlplane.api.routes import shown_method, shown_route
from controlplane.audit.callers import ANONYMOUS, Caller, calling
from controlplane.health.metrics import count_request
from controlplane.limits.requests import say_limits

_logger = logging.getLogger("remembrancer.requests")
_ID_HEADER: Final = "X-Request-Id"
_ID: Final = re.compile(r"[\w.-]{8,128}", re.ASCII)
Answer = Callable[[HttpRequest], HttpResponseBase]


class RequestTrail:
    """Gives each request an id, says it in the answer, and logs one line: never what was said."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and log."""
        given = request.headers.get(_ID_HEADER, "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = REQUEST_ID.set(request_id)
        started = time.perf_counter()
        try:
            # Its key's id takes the place of nobody's once it is verified.
            with calling(Caller(ANONYMOUS, str(caller_address(request)), request_id)):
                response = self._answer(request)
            response[_ID_HEADER] = request_id
            if isinstance(response, HttpResponse):
                # Its end is known: it need not be sent in chunks.
                response.setdefault("Content-Length", str(len(response.content)))
            say_limits(request, response)
            say_ignored(request, response)
            # What a key may see is nobody else's to keep.
            response.setdefault("Cache-Control", "no-store")
            route = shown_route(request)
            seconds = time.perf_counter() - started
            count_request(route, shown_method(request), response.status_code, seconds)
            _logger.info(
                "request",
                extra={
                    "method": request.method,
                    "route": route,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
        finally:
            REQUEST_ID.reset(token)
        return response


class RawPaths:
    """Routes by the path as it was sent: `%2F` in a name parts nothing, `//` counts as `/`.

    Inside of a part, a slash and a percent sign stay encoded; `converters.NameConverter` decodes
    them.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the path put right."""
        raw = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
        if raw:
            sent = raw.split("?", 1)[0]
            if sent.startswith(("http://", "https://")):
                sent = "/" + sent.split("/", 3)[3] if sent.count("/") > 2 else "/"  # noqa: PLR2004
            path = "/".join(map(_decoded, sent.split("/")))
        else:
            path = request.path_info
        path = re.sub("/{2,}", "/", path)
        try:
            check_text(path, "path")
            _check_query(request.META.get("QUERY_STRING", ""))
        except RequestRefused as error:
            return answer_refused(error)
        request.path_info = request.path = path
        return self._answer(request)


def _check_query(query: str) -> None:
    """Refuse NUL, which is the only one that no text can hold and UTF-8 can."""
    if "%00" not in query:
        return
    for name, value in parse_qsl(query, keep_blank_values=True):
        check_text(name, "a name in the query")
        check_text(value, name)


def _decoded(part: str) -> str:
    text = unquote_to_bytes(part).decode("utf-8", "replace")
    return text.replace("%", "%25").replace("/", "%2F")
