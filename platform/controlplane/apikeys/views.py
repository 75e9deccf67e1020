"""Keys of a project, over our own addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.api.pagination import page_of, page_wanted
from controlplane.apikeys.access import access_key
from controlplane.apikeys.grants import MoreThanHeld, NotRotatable, grant_key, grant_successor
from controlplane.apikeys.models import ApiKey, KeyScope
from controlplane.apikeys.queries import keys_seen_by
from controlplane.apikeys.reading import key_wanted, overlap_of
from controlplane.apikeys.services import IssuedKey, revoke_key
from controlplane.idempotency.middleware import shown_once

_MOST: Final = 200


class _Keys(APIView):
    """All of it needs a key with `admin`."""

    scopes: ClassVar[dict[str, KeyScope]] = dict.fromkeys(
        ("GET", "HEAD", "POST", "DELETE"), KeyScope.ADMIN
    )


class Keys(_Keys):
    """`/api/v1/keys/`."""

    def get(self, request: Request) -> Response:
        """The keys of the asking key's project, a page of them, newest first."""
        wanted = page_wanted(request, most=_MOST)
        keys = keys_seen_by(principal_of(request))
        rows = [_key_object(key) for key in keys[wanted.first : wanted.first + wanted.size]]
        return Response(page_of(request, wanted, rows, keys.count()))

    def post(self, request: Request) -> Response:
        """A new key; nothing but this answer ever has its token."""
        principal = principal_of(request)
        wanted = key_wanted(object_of(request), held=principal.scopes, now=timezone.now())
        with _refusals():
            issued = grant_key(
                principal, name=wanted.name, scopes=wanted.scopes, expires_at=wanted.expires_at
            )
        return _issued(issued)


class RotateKey(_Keys):
    """`POST /api/v1/keys/{id}/rotate/`."""

    def post(self, request: Request, key_id: str) -> Response:
        """A successor with the same rights."""
        principal = principal_of(request)
        key = access_key(principal, key_id)
        overlap = overlap_of(object_of(request))
        with _refusals():
            issued = grant_successor(principal, key, overlap=overlap, now=timezone.now())
        return _issued(issued)


class OneKey(_Keys):
    """`/api/v1/keys/{id}/`."""

    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke the key; it stays in the list."""
        revoke_key(access_key(principal_of(request), key_id), now=timezone.now())
        return Response({"message": "Key revoked successfully"})


@contextmanager
def _refusals() -> Iterator[None]:
    """What stands against a key, as an answer."""
    try:
        yield
    except MoreThanHeld as error:
        raise RequestRefused(
            str(error), status=HTTPStatus.FORBIDDEN, code="more_than_held"
        ) from error
    except NotRotatable as error:
        raise RequestRefused(
            str(error), status=HTTPStatus.CONFLICT, code="not_rotatable"
        ) from error


def _issued(issued: IssuedKey) -> Response:
    said = {**_key_object(issued.key), "token": issued.token}
    return shown_once(Response(said, status=HTTPStatus.CREATED))


def _key_object(key: ApiKey) -> dict[str, object]:
    return {
        "id": str(key.id),
        "name": key.name,
        "last_four": key.last_four,
        "scopes": key.scopes,
        "created_at": _iso(key.created_at),
        "last_used_at": _iso(key.last_used_at),
        "expires_at": _iso(key.expires_at),
        "revoked_at": _iso(key.revoked_at),
        "rotated_to": None if key.rotated_to_id is None else str(key.rotated_to_id),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
