"""Addresses of mem0's platform that are not a part of this product."""

from http import HTTPStatus

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.openapi import described


@described(refusals=OpenApiTypes.ANY)
class AgentRush(APIView):
    """mem0's public game."""

    def post(self, request: Request) -> Response:  # noqa: ARG002 - asked as it is
        """It is not played here."""
        error = {"code": "agentrush_not_provisioned", "message": "This server has no agent rush."}
        return Response({"error": error}, status=HTTPStatus.NOT_FOUND)
