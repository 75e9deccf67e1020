"""`/healthz` answers while the process lives; `/readyz` asks each dependency; `/metrics` counts."""

import hmac
import ipaddress
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST
from redis import RedisError

from controlplane.api.errors import error_body
from controlplane.health.metrics import exposition
from controlplane.shared_index import shared_index
from controlplane.shared_redis import shared_redis

_UNAVAILABLE = 503
_SPEAKS_FOR_ANOTHER = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """By dependency: ok, or what is wrong with it.

    Without its database the server is unavailable. Without Redis it is degraded, and stays in
    service: what is accepted is done, though later, and everything but sign-up goes on. So it is
    without its index: what is added is found once that is back.
    """
    found = {"database": _database()}
    if settings.REDIS_URL:
        found["redis"] = _redis()
    if settings.INDEX:
        found["index"] = "ok" if shared_index(settings.INDEX).is_ready() else "does not answer"
    is_ready = found["database"] == "ok"
    is_whole = all(state == "ok" for state in found.values())
    status = ("ok" if is_whole else "degraded") if is_ready else "unavailable"
    return JsonResponse(
        {"status": status, "dependencies": found}, status=200 if is_ready else _UNAVAILABLE
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """What the server counts, to callers on this machine and to those that hold the token."""
    if not (_is_local(request) or _holds_token(request)):
        body = error_body(HTTPStatus.FORBIDDEN, "These are not for you.", code="forbidden")
        return JsonResponse(body, status=HTTPStatus.FORBIDDEN)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """True of a caller on this machine, and not of a proxy here that speaks for one elsewhere."""
    if any(name in request.headers for name in _SPEAKS_FOR_ANOTHER):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _holds_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    is_token = hmac.compare_digest(token.strip().encode(), wanted.encode())
    return bool(wanted) and scheme.lower() == "bearer" and is_token


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        shared_redis(settings.REDIS_URL).ping()
    except RedisError as error:
        return type(error).__name__
    return "ok"
