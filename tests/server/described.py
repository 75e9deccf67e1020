"""Holds every answer that the tests see against the API's description of itself."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.urls import Resolver404
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def description() -> dict[str, Any]:
    """The API's description, as it is served."""
    found: dict[str, Any] = json.loads(
        json.dumps(SchemaGenerator().get_schema(public=True))  # type: ignore[no-untyped-call]
    )
    return found


@cache
def _validator(path: str, method: str, status: int) -> Draft202012Validator | None:
    operation = description()["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return None
    answers = operation["responses"]
    answer = answers.get(str(status)) or answers.get(f"{status // 100}XX")
    assert answer is not None, f"{method} {path} answers {status}, which is not described"
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return Draft202012Validator({**schema, "components": description()["components"]})


def check_described(response: HttpResponse, method: str) -> None:
    """The answer is one that the description of its address allows."""
    try:
        matched = response.resolver_match  # type: ignore[attr-defined]  # of Django's test client
        route = str(matched.route)
    except Resolver404:
        return
    if not response.headers.get("Content-Type", "").endswith("json"):
        return
    path = "/" + _PART.sub(r"{\1}", route).rstrip("/") + "/"
    validator = _validator(path, method, response.status_code)
    if validator is not None and not response.streaming:
        said = json.loads(response.content)
        errors = [
            f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in validator.iter_errors(said)
        ]
        assert errors == [], f"{method} {path} {response.status_code}"


class DescribedClient(APIClient):
    """A client that notices when an answer is not what the description says."""

    def request(self, **kwargs: Any) -> Any:
        """Ask, and check the answer."""
        response = super().request(**kwargs)
        if response.status_code < 500:
            check_described(response, kwargs["REQUEST_METHOD"])
        return response
