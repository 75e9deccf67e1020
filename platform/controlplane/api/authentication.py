"""Who makes a request, and whether their key may."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from controlplane.api.addresses import caller_address
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.apikeys.verification import Principal, verify
from controlplane.audit.callers import name_actor
from controlplane.limits.counters import Verdict
from controlplane.limits.requests import count_guess, count_request

if TYPE_CHECKING:
    # It imports this module by the settings.
    from rest_framework.views import APIView

_SCHEMES: Final = ("token", "bearer")
_INVALID: Final = "Invalid API key. Check the key, or make a new one in your project's settings."
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Token KEY`, `Authorization: Bearer KEY` or `X-API-Key: KEY`."""

    def authenticate(self, request: Request) -> tuple[Principal, Principal] | None:
        """The key's principal; None where no key was sent.

        Raises:
            AuthenticationFailed: the key is not good.
            RequestRefused: too many requests were made with it, or too many guesses.
        """
        token = token_of(request)
        if token is None:
            return None
        principal = verify(token)
        if principal is None:
            _check(count_guess(caller_address(request)))
            raise AuthenticationFailed(_INVALID)
        name_actor(principal.key_id)
        _check(count_request(request, principal))
        return principal, principal

    def authenticate_header(self, request: Request) -> str:
        """With it, a missing key is 401 and not 403."""
        return "Token"


def _check(verdict: Verdict) -> None:
    if not verdict.allowed:
        raise RequestRefused(
            f"Too many requests: {verdict.budget.limit} a minute are allowed. "
            f"Try again in {verdict.resets_in_seconds} seconds.",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            code="rate_limited",
            headers={"Retry-After": str(verdict.resets_in_seconds)},
        )


class KeyHoldsScope(BasePermission):
    """The key holds the scope that the view names for the method.

    Without a name: `read` for methods that read, `write` for others.
    """

    message = "This API key lacks the scope that the call needs."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True if it may."""
        principal = principal_of(request)
        method = request.method or ""
        named: dict[str, KeyScope] = getattr(view, "scopes", {})
        wanted = named.get(method, KeyScope.READ if method in _READING else KeyScope.WRITE)
        return wanted.value in principal.scopes


def principal_of(request: Request) -> Principal:
    """Who makes the request.

    Raises:
        NotAuthenticated: no key was sent.
    """
    principal = request.auth
    if not isinstance(principal, Principal):
        raise NotAuthenticated("Send an API key: the header Authorization: Token <key>.")
    return principal


def token_of(request: Request | HttpRequest) -> str | None:
    """The key that was sent, however it was."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES:
        return token.strip()
    return request.headers.get("X-API-Key")
