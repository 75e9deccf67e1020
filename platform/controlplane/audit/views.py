"""The audit trail of the key's own organisation."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import ClassVar

from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.audit.models import AuditRecord
from controlplane.audit.queries import all_of, records_of
from controlplane.audit.reading import before_of, page_size_of, records_wanted
from controlplane.audit.services import record
from controlplane.audit.stream import READS


class _Audit(APIView):
    """It needs a key with `admin`, as it is about the whole organisation."""

    scopes: ClassVar[dict[str, KeyScope]] = dict.fromkeys(("GET", "HEAD"), KeyScope.ADMIN)


class AuditTrail(_Audit):
    """`GET /api/v1/audit/`."""

    def get(self, request: Request) -> Response:
        """The records, newest first; `next` leads on until it is null."""
        size, before = page_size_of(request), before_of(request)
        wanted = records_wanted(request, "page_size", "before")
        # Reads that this process still holds.
        READS.write()
        found = records_of(principal_of(request).organization_id, wanted)
        if before is not None:
            found = found.filter(number__lt=before)
        rows = list(found[: size + 1])
        page = rows[:size]
        following = _address(request, page[-1].number) if len(rows) > size else None
        return Response({"next": following, "results": [_record_object(each) for each in page]})


class Lines(JSONRenderer):
    """What a client that asks for lines of JSON accepts; refusals are an object all the same."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class ExportedAuditTrail(_Audit):
    """`GET /api/v1/audit/export/`."""

    renderer_classes = (JSONRenderer, Lines)

    def get(self, request: Request) -> StreamingHttpResponse:
        """All that the query asks for, oldest first, a line of JSON each."""
        principal, wanted = principal_of(request), records_wanted(request)
        READS.write()
        record(Action.AUDIT_EXPORTED, [], organization_id=principal.organization_id)
        lines = _lines(all_of(records_of(principal.organization_id, wanted)))
        return StreamingHttpResponse(lines, content_type=Lines.media_type)


def _lines(records: Iterator[AuditRecord]) -> Iterator[bytes]:
    for each in records:
        yield json.dumps(_record_object(each)).encode() + b"\n"


def _record_object(kept: AuditRecord) -> dict[str, object]:
    return {
        "number": kept.number,
        "at": kept.at.astimezone(UTC).isoformat(),
        "actor": kept.actor,
        "action": kept.action,
        "project_id": None if kept.project_id is None else str(kept.project_id),
        "subjects": kept.subjects,
        "address": kept.address,
        "request_id": kept.request_id,
        "previous": kept.previous,
        "digest": kept.digest,
    }


def _address(request: Request, before: int) -> str:
    query = request.query_params.copy()
    query["before"] = str(before)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
