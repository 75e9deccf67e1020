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
from memories.engine.text.storable import flaw_of_text

# Deeper JSON than this says nothing that a memory could hold.
_DEPTH: Final = 64
_LONGEST_NAME: Final = 200
# The name of a place that has none.
_WHOLE: Final = "body"
_MOST_NAMED: Final = 20


class StrictJsonParser(BaseParser):
    """JSON of any content type, as clients are careless about it.

    Refused with the reason: what is no UTF-8 or no JSON, NaN and infinities, texts with a NUL or
    a lone surrogate, with their place, and objects inside one another beyond 64.
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


def read_json(text: str, path: str = "") -> Any:
    """What a text says, of what every store can keep.

    Args:
        text: JSON.
        path: where it stands; nothing for a whole body.

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
    check_storable(found, path)
    return found


def _refuse_constant(name: str) -> object:
    raise RequestRefused(f"The body holds {name}, which JSON does not have.")


def check_text(text: str, path: str) -> None:
    """Refuse a text that some store could not keep.

    Args:
        text: as it came.
        path: where it stands, such as `messages[0].content`.

    Raises:
        RequestRefused: it holds a NUL or a lone surrogate; the words and `fields` name the place.
    """
    if flaw := flaw_of_text(text):
        path = path[:_LONGEST_NAME]
        raise RequestRefused(f"{path}: {flaw}", fields={path: [flaw]})


def check_storable(value: object, path: str = "", depth: int = 0) -> None:
    """Refuse what some store could not keep.

    Args:
        value: as it was read.
        path: where it stands; nothing for a whole body.
        depth: of objects and lists around it.

    Raises:
        RequestRefused: it is no JSON, holds a text that can't be kept, or is nested too deeply.
    """
    if depth > _DEPTH:
        raise RequestRefused(f"The body is nested deeper than {_DEPTH}.")
    if isinstance(value, str):
        check_text(value, path or _WHOLE)
    elif isinstance(value, dict | list):
        for place, each in _parts_of(value, path):
            check_storable(each, place, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise RequestRefused("The body holds a number that is too large.")
    elif not (value is None or isinstance(value, int | float)):
        raise RequestRefused(f"The body holds what JSON does not have: {type(value).__name__}.")


def _parts_of(
    value: dict[object, object] | list[object], path: str
) -> Iterator[tuple[str, object]]:
    """What an object or a list holds, each with its place."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield f"{path}[{index}]", each
        return
    for name, each in value.items():
        if not isinstance(name, str):
            raise RequestRefused("The body holds an object with a key that is no text.")
        check_text(name, f"a key of {path or _WHOLE}")
        yield f"{path}.{name}" if path else name, each


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
