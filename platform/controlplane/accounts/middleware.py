"""Bodies that django-allauth reads by itself."""

import json
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from controlplane.api.bodies import read_json
from controlplane.api.errors import RequestRefused, answer_refused
from controlplane.api.middleware import Answer

_HEADLESS: Final = "/_allauth/"


class StorableBodies:
    """Refuses JSON to the headless calls that every other address refuses as well."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """As whoever answers does."""
        return self._answer(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], *_: object
    ) -> JsonResponse | None:
        """The refusal; None leaves the request to its view, and so what is no JSON at all."""
        if not request.path.startswith(_HEADLESS) or not request.body:
            return None
        try:
            read_json(request.body.decode())
        except (UnicodeDecodeError, json.JSONDecodeError):
            return None
        except RequestRefused as error:
            return answer_refused(error)
        return None
