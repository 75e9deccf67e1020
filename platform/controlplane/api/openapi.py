"""How the API describes itself: OpenAPI 3.1, made from the views."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.views import APIView

Described = type[serializers.Serializer[Any]] | serializers.BaseSerializer[Any] | OpenApiTypes
_View = TypeVar("_View", bound=type[APIView])
_WITH_BODY: Final = ("POST", "PUT", "PATCH")
_ANY_FILE: Final = "application/octet-stream"
_PART: Final = re.compile(r"{(\w+)}")


def described(
    *,
    asks: dict[str, Described] | None = None,
    answers: dict[str, Described] | None = None,
    refusals: Described | None = None,
) -> Callable[[_View], _View]:
    """Say of a view, by method, what it reads and answers; an object of any form if it is not said.

    Args:
        asks: bodies of requests.
        answers: bodies of answers.
        refusals: bodies of errors, where they are not the usual object.
    """

    def mark(view: _View) -> _View:
        setattr(view, _MARK, (asks or {}, answers or {}, refusals))
        return view

    return mark


_MARK: Final = "described_as"


class SchemaOnly(serializers.Serializer[Any]):
    """Describes an object; a field `fields_` describes `fields`, which is REST framework's own."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The fields, under their names."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class ErrorSerializer(SchemaOnly):
    """What every error is."""

    detail = serializers.CharField()
    error = serializers.CharField()
    message = serializers.CharField()
    code = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    fields_ = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class ViewSchema(AutoSchema):
    """Describes a view by its docstrings and by what `described` says of it."""

    def get_operation_id(self) -> str:
        """Method and path."""
        path = re.sub(r"\W+", "_", self.path).strip("_")
        return f"{self.method.lower()}_{path}"

    def get_tags(self) -> list[str]:
        """The resource."""
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        names = [part for part in parts if not re.fullmatch(r"v\d|api|auth|orgs", part)]
        return [names[0] if names else "other"]

    def get_description(self) -> str:  # type: ignore[override]  # as AutoSchema has it
        """What the method says, then what the address says."""
        method = getattr(self.view, self.method.lower(), None)
        own = (getattr(method, "__doc__", None) or "").strip()
        return f"{own}\n\n{(type(self.view).__doc__ or '').strip()}".strip()

    def get_override_parameters(self) -> list[Any]:
        """Parts of the path are texts."""
        return [
            OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH)
            for name in _PART.findall(self.path)
        ]

    def get_request_serializer(self) -> Any:
        """What is read."""
        if self.method not in _WITH_BODY:
            return None
        return self._said(0).get(self.method, OpenApiTypes.OBJECT)

    def get_response_serializers(self) -> Any:
        """What is answered, and what errors are."""
        said = self._said(1).get(self.method)
        good: dict[Any, Any] = {"2XX": OpenApiTypes.ANY} if said is None else {"200": said}
        if said is OpenApiTypes.BINARY:
            good = {("200", _ANY_FILE): said}
        return {**good, "4XX": self._said(2) or ErrorSerializer}

    def _said(self, place: int) -> Any:
        return getattr(self.view, _MARK, ({}, {}, None))[place]


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "controlplane.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>` or `Bearer <key>`",
        }


def one_spelling(endpoints: Sequence[tuple[str, str, str, Any]], **_: object) -> list[Any]:
    """Addresses with a slash at their end alone, where both spellings are served."""
    paths = {path for path, *_ in endpoints}
    return [each for each in endpoints if f"{each[0]}/" not in paths]
