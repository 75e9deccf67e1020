"""`/healthz` answers while the process lives; `/readyz` asks each dependency."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

_UNAVAILABLE = 503


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """By dependency: ok, or what is wrong with it."""
    found = {"database": _database()}
    is_ready = all(state == "ok" for state in found.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "dependencies": found},
        status=200 if is_ready else _UNAVAILABLE,
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"
