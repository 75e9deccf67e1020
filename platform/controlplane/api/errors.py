"""Errors as clients of many kinds read them: one object for all.

`detail`, `error` and `message` say the same words, as different clients look for one of them;
`type`, `title` and `status` are those of RFC 9457. The content type stays `application/json`, which
released clients look for.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response

from controlplane.limits.errors import CountersAway
from memories.engine.errors import (
    ChangedMeanwhile,
    EmbedderError,
    Immutable,
    IndexUnavailable,
    InvalidInput,
    LanguageModelBusy,
    ModelMismatch,
    RemembrancerError,
    StoreBusy,
)
from memories.engine.errors import NotFound as MemoryNotFound

_logger = logging.getLogger(__name__)
_RETRY_SECONDS: Final = 2
_BUSY: Final = "The project is busy. Try again shortly."
_INDEX_AWAY: Final = "The index does not answer; nothing is lost. Try again shortly."
_FAILURE: Final = "The server failed to answer. The failure is in its log under the request's id."


class RequestRefused(APIException):
    """A request that can't be done as it stands.

    Attributes:
        fields: by field, what is off.
        headers: sent with the answer.
        more: members of the answer beside those that every error has.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        code: str = "invalid",
        fields: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def error_body(
    status: int, detail: str, *, code: str, fields: Mapping[str, list[str]] | None = None
) -> dict[str, object]:
    """The object that every error is."""
    body: dict[str, object] = {
        "detail": detail,
        "error": detail,
        "message": detail,
        "code": code,
        "type": f"urn:remembrancer:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if fields:
        body["fields"] = dict(fields)
    return body


def answer_exception(error: Exception, context: Mapping[str, object]) -> Response | None:
    """What an endpoint that raised answers; None for what is our own fault."""
    if isinstance(error, RemembrancerError):
        return _answer_engine(error)
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, RequestDataTooBig):
        too_big = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _answer(too_big, "The request's body is too large.", code="body_too_large")
    if isinstance(error, PermissionDenied):
        return _answer(HTTPStatus.FORBIDDEN, str(error) or "Not allowed.", code="forbidden")
    if isinstance(error, DatabaseError | CountersAway):
        return _answer_away(error)
    if not isinstance(error, APIException):
        return None
    return _answer_refusal(error)


def _answer_refusal(error: APIException) -> Response:
    fields = dict(getattr(error, "fields", {}))
    if isinstance(error, ValidationError):
        fields = _fields_of(error)
        detail = "; ".join(f"{name}: {' '.join(said)}" for name, said in fields.items())
    else:
        detail = str(error.detail)
    code = error.get_codes()
    response = _answer(
        error.status_code, detail, code=code if isinstance(code, str) else "invalid", fields=fields
    )
    response.data |= getattr(error, "more", {})
    headers = dict(getattr(error, "headers", {}))
    if (scheme := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = scheme
    if (seconds := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(seconds))
    for name, value in headers.items():
        response[name] = value
    return response


def _fields_of(error: ValidationError) -> dict[str, list[str]]:
    detail = error.detail
    if isinstance(detail, dict):
        return {name: _words_of(said) for name, said in detail.items()}
    return {"body": _words_of(detail)}


def _words_of(said: object) -> list[str]:
    return [str(each) for each in said] if isinstance(said, list | tuple) else [str(said)]


def _answer_engine(error: RemembrancerError) -> Response:
    if isinstance(error, MemoryNotFound):
        return _answer(HTTPStatus.NOT_FOUND, "No such memory.", code="not_found")
    if isinstance(error, Immutable):
        return _answer(HTTPStatus.CONFLICT, str(error), code="immutable")
    if isinstance(error, ChangedMeanwhile):
        said = "The memory was changed meanwhile: read it again."
        return _answer(HTTPStatus.PRECONDITION_FAILED, said, code="changed_meanwhile")
    if isinstance(error, InvalidInput):
        return _answer(HTTPStatus.BAD_REQUEST, str(error), code="invalid")
    _logger.error("the engine failed: %s", type(error).__name__)
    passing = IndexUnavailable | ModelMismatch | StoreBusy | EmbedderError | LanguageModelBusy
    if isinstance(error, passing):
        return _unavailable(_INDEX_AWAY if isinstance(error, IndexUnavailable) else _BUSY)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, _FAILURE, code="failure")


def _answer_away(error: DatabaseError | CountersAway) -> Response:
    _logger.error("a dependency failed", exc_info=error)
    if isinstance(error, CountersAway):
        return _unavailable("What is left of a quota can't be told now. Try again shortly.")
    return _unavailable("The database did not answer. Try again shortly.")


def _unavailable(detail: str) -> Response:
    response = _answer(HTTPStatus.SERVICE_UNAVAILABLE, detail, code="unavailable")
    response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _answer(
    status: int, detail: str, *, code: str, fields: Mapping[str, list[str]] | None = None
) -> Response:
    return Response(error_body(status, detail, code=code, fields=fields), status=status)


def answer_refused(error: RequestRefused) -> JsonResponse:
    """For what is refused before an endpoint of the REST framework has it."""
    body = error_body(error.status_code, str(error.detail), code="invalid", fields=error.fields)
    return JsonResponse(body, status=error.status_code)


def answer_not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For an address that there is not."""
    body = error_body(HTTPStatus.NOT_FOUND, "No such address.", code="not_found")
    return JsonResponse(body, status=HTTPStatus.NOT_FOUND)


def answer_bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For a request that could not be read at all."""
    body = error_body(HTTPStatus.BAD_REQUEST, "The request can't be read.", code="invalid")
    return JsonResponse(body, status=HTTPStatus.BAD_REQUEST)


def answer_failure(request: HttpRequest) -> JsonResponse:
    """For a failure of our own."""
    body = error_body(HTTPStatus.INTERNAL_SERVER_ERROR, _FAILURE, code="failure")
    return JsonResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
