"""Addresses, each served with and without the slash at its end: a redirect would lose a body."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest
from django.urls import URLPattern, path, register_converter
from django.urls.converters import get_converters

from controlplane.api.converters import NameConverter

if "name" not in get_converters():
    register_converter(NameConverter, "name")

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def both(route: str, view: Callable[..., Any]) -> list[URLPattern]:
    """The address with and without a slash at its end."""
    return [path(f"{route}/", view), path(route, view)]


def shown_route(request: HttpRequest) -> str:
    """The pattern of an answered request's address, and not the address, which may hold a name.

    Both spellings of one, with a slash and without, are one.
    """
    matched = request.resolver_match
    return "/" + (matched.route if matched else "none").strip("/")


def shown_method(request: HttpRequest) -> str:
    """The method, if it is one, and not whatever a client wrote."""
    return request.method if request.method in _METHODS else "other"
