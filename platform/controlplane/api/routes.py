"""Addresses, each served with and without the slash at its end: a redirect would lose a body."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path, register_converter
from django.urls.converters import get_converters

from controlplane.api.converters import NameConverter

if "name" not in get_converters():
    register_converter(NameConverter, "name")


def both(route: str, view: Callable[..., Any]) -> list[URLPattern]:
    """The address with and without a slash at its end."""
    return [path(f"{route}/", view), path(route, view)]
