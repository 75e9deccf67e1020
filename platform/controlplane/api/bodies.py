"""Reads the bodies of requests: JSON that every store can keep."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, Final

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from controlplane.api.errors import RequestRefused

# Deeper JSON than this says nothing that a memory could hold.
_DEPTH: Final = 64


class StrictJsonParser(BaseParser):
    """JSON of any content type, as clients are careless about it.

    Refused with the reason: what is no UTF-8 or no JSON, NaN and infinities, NUL, halves of
    surrogate pairs, objects inside one another beyond 64.
    """

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Any:
        """The body; an empty one is an empty object.

        Raises:
            RequestRefused: it can't be read, and why.
        """
        raw = stream.read()
        if not raw.strip():
            return {}
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestRefused(f"The body is not UTF-8 at byte {error.start}.") from error
        try:
            found = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise RequestRefused(f"The body is not JSON: {error.msg} ({where}).") from error
        except RecursionError as error:
            raise RequestRefused("The body is nested too deeply.") from error
        except ValueError as error:
            # A number of thousands of digits.
            raise RequestRefused("The body holds a number that is too long.") from error
        _check(found)
        return found


def _refuse_constant(name: str) -> object:
    raise RequestRefused(f"The body holds {name}, which JSON does not have.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise RequestRefused("The body holds a NUL character.")
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise RequestRefused("The body holds half a surrogate pair.")


def _check(value: object, depth: int = 0) -> None:
    if depth > _DEPTH:
        raise RequestRefused(f"The body is nested deeper than {_DEPTH}.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, each in value.items():
            _check(name, depth)
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)


def object_of(request: Request) -> dict[str, object]:
    """The request's body, which must be an object.

    Raises:
        RequestRefused: it is something else.
    """
    body = request.data
    if not isinstance(body, dict):
        raise RequestRefused("The body must be a JSON object.", status=HTTPStatus.BAD_REQUEST)
    return body
