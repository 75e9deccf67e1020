"""Reads the bodies of requests: JSON that every store can keep."""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from controlplane.api.errors import RequestRefused
from controlplane.api.ignored import KNOWN_ANYWAY, Body, body_of

# Deeper JSON than this says nothing that a memory could hold.
_DEPTH: Final = 64
_LONGEST_NAME: Final = 200
_MOST_NAMED: Final = 20


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
            RequestDataTooBig: it is larger than the server reads.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise RequestDataTooBig
        if not raw.strip():
            return {}
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestRefused(f"The body is not UTF-8 at byte {error.start}.") from error
        try:
            return read_json(text)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise RequestRefused(f"The body is not JSON: {error.msg} ({where}).") from error


def read_json(text: str) -> Any:
    """What a text says, of what every store can keep.

    Raises:
        JSONDecodeError: it is no JSON.
        RequestRefused: it is JSON that some store could not keep.
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise RequestRefused("The body is nested too deeply.") from error
    except ValueError as error:
        # A number of thousands of digits.
        raise RequestRefused("The body holds a number that is too long.") from error
    check_storable(found)
    return found


def _refuse_constant(name: str) -> object:
    raise RequestRefused(f"The body holds {name}, which JSON does not have.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise RequestRefused("The body holds a NUL character.")
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise RequestRefused("The body holds half a surrogate pair.")


def check_storable(value: object, depth: int = 0) -> None:
    """Refuse what some store could not keep.

    Raises:
        RequestRefused: it is no JSON, holds a character that is no text, or is nested too deeply.
    """
    if depth > _DEPTH:
        raise RequestRefused(f"The body is nested deeper than {_DEPTH}.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        for each in _parts_of(value):
            check_storable(each, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise RequestRefused("The body holds a number that is too large.")
    elif not (value is None or isinstance(value, int | float)):
        raise RequestRefused(f"The body holds what JSON does not have: {type(value).__name__}.")


def _parts_of(value: dict[object, object] | list[object]) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
        return
    for name, each in value.items():
        if not isinstance(name, str):
            raise RequestRefused("The body holds an object with a key that is no text.")
        _check_text(name)
        yield each


def refuse_unknown(given: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse fields, of a body or of a query, that an address of our own does not know.

    Raises:
        RequestRefused: with 422, naming them.
    """
    unknown = [name for name in given if name not in known and name not in KNOWN_ANYWAY]
    if unknown:
        said = [f"is unknown here; known are {', '.join(known)}" if known else "is unknown here"]
        raise RequestRefused(
            "The request has fields that are unknown here.",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            code="unknown_field",
            fields={name[:_LONGEST_NAME]: said for name in unknown[:_MOST_NAMED]},
        )


def object_of(request: Request) -> Body:
    """The request's body, which must be an object; it notices what is looked for in it.

    Raises:
        RequestRefused: it is something else.
    """
    body = request.data
    if not isinstance(body, dict):
        raise RequestRefused("The body must be a JSON object.", status=HTTPStatus.BAD_REQUEST)
    return body_of(request.META, body)
