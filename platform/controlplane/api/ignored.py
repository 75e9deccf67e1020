"""Fields of a request that nothing looked at: ignored, and named in a header of the answer."""

from collections.abc import Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_HEADER: Final = "X-Remembrancer-Ignored"
# Sent by clients with every request, and known from the key or the address.
KNOWN_ANYWAY: Final = frozenset({"org_id", "project_id"})
_MOST_NAMED: Final = 20
_LONGEST_NAMED: Final = 100
# Where in `request.META` the body stands.
_BODY: Final = "remembrancer.body"


class Body(dict[str, object]):
    """A request's object, which knows the fields that were looked for in it."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        """Begin with none looked for."""
        super().__init__(fields)
        self._looked_for: set[object] = set()

    def get(self, name: str, default: Any = None, /) -> Any:
        """As of any dict."""
        self._looked_for.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str, /) -> object:
        self._looked_for.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object, /) -> bool:
        self._looked_for.add(name)
        return super().__contains__(name)

    def ignored(self) -> list[str]:
        """Names of fields that nothing looked for."""
        return [name for name in self if name not in self._looked_for | KNOWN_ANYWAY]


def body_of(meta: MutableMapping[str, Any], fields: Mapping[str, object]) -> Body:
    """The one `Body` of a request, by its `META`, whoever asks for it."""
    body: Body = meta.setdefault(_BODY, Body(fields))
    return body


def say_ignored(request: HttpRequest, response: HttpResponseBase) -> None:
    """Name in an answer what of the request had no effect; a refusal says itself what is off."""
    body = request.META.get(_BODY)
    if isinstance(body, Body) and response.status_code < HTTPStatus.BAD_REQUEST:
        names = [quote(name[:_LONGEST_NAMED], safe="") for name in body.ignored()[:_MOST_NAMED]]
        if names:
            response[_HEADER] = ", ".join(names)
