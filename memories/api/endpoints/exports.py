"""Memories laid out by a schema, and summed up."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from memories.api.access import project_of, spend
from memories.api.filling import Shown, laid_out
from memories.api.models import MemoryExport
from memories.api.reading import filters_of, object_field, query_of, refuse
from memories.api.trail import served

_KEPT: Final = timedelta(days=7)
_MOST_SUMMED_UP: Final = 100
_NOT_FOUND: Final = "No memory export request found"


class Exports(APIView):
    """`POST /v1/exports/`; `GET` reads one, as the oldest clients do."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """Lay the memories out; read them with `/v1/exports/get/`."""
        body = object_of(request)
        schema = object_field(body, "schema")
        if not schema:
            raise refuse("schema", "must be a JSON Schema with properties")
        spend(request, "searches")
        filters = filters_of(body, top_level_ids=True)
        with project_of(request) as memory:
            shown = Shown(memory, filters)
            answer = laid_out(schema, shown)
        now, project_id = timezone.now(), principal_of(request).project_id
        with transaction.atomic():
            kept = MemoryExport.objects.create(
                project_id=project_id,
                filters=_digest(filters),
                answer=answer,
                created_at=now,
                expires_at=now + _KEPT,
            )
            record_in(project_id, Action.EXPORT_MADE, [kept.id, *sorted(shown.ids)])
        said = {"message": "Memory export request received.", "id": str(kept.id)}
        return Response(said, status=HTTPStatus.CREATED)

    def get(self, request: Request) -> Response:
        """The export that the query names."""
        return Response(_found(request, query_of(request)))


class GetExport(APIView):
    """`POST /v1/exports/get/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The object, by the export's id or by the filters that it was asked with."""
        return Response(_found(request, object_of(request)))


def _found(request: Request, body: Mapping[str, object]) -> object:
    kept = MemoryExport.objects.filter(
        project_id=principal_of(request).project_id, expires_at__gt=timezone.now()
    )
    wanted = body.get("memory_export_id") or body.get("id")
    if wanted:
        try:
            kept = kept.filter(id=UUID(str(wanted)))
        except ValueError:
            kept = kept.none()
    else:
        kept = kept.filter(filters=_digest(filters_of(body, top_level_ids=True)))
    newest = kept.order_by("-created_at").first()
    if newest is None:
        raise RequestRefused(_NOT_FOUND, status=HTTPStatus.NOT_FOUND, code="not_found")
    served(request, Action.EXPORT_READ, [newest.id])
    return newest.answer


def _digest(filters: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(filters, sort_keys=True).encode()).hexdigest()


class Summary(APIView):
    """`POST /v1/summary/`: without a language model, the newest memories line by line."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """A list of one summary."""
        filters = filters_of(object_of(request), top_level_ids=True)
        with project_of(request) as memory:
            found = memory.browse(filters=filters, limit=_MOST_SUMMED_UP, latest_only=True)
        served(request, Action.MEMORY_LISTED, [each.id for each in found.memories])
        lines = [f"- {each.text}" for each in found.memories]
        return Response([{"summary": "\n".join(lines), "memories": found.total}])
