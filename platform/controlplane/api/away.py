"""What views outside of the REST framework answer while a dependency is away."""

import logging
from http import HTTPStatus
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from redis import RedisError

from controlplane.api.errors import error_body
from controlplane.api.middleware import Answer

_logger = logging.getLogger(__name__)
_RETRY_SECONDS: Final = 2
_SAID: Final = "A dependency of the server did not answer. Try again shortly."


class SaysWhatIsAway:
    """503 and not 500 where the database or Redis failed."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """As whoever answers does."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> JsonResponse | None:
        """The answer to what a view raised; None leaves it to others."""
        if not isinstance(error, DatabaseError | RedisError):
            return None
        _logger.error("a dependency failed", exc_info=error)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return JsonResponse(
            error_body(status, _SAID, code="unavailable"),
            status=status,
            headers={"Retry-After": str(_RETRY_SECONDS)},
        )
