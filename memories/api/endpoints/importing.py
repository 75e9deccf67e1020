"""Telling many conversations at once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.idempotency.middleware import job_id_of
from memories import InvalidInput
from memories.api.access import project_of, spend
from memories.api.reading import flag_of, refuse
from memories.api.schemas_of_imports import ImportAnswer, ImportRequest
from memories.api.telling import import_order
from memories.engine.ingestion.limits import check_turns
from memories.engine.ingestion.reading import read_turns
from memories.ingest.importing import import_object
from memories.ingest.models import Job, JobKind
from memories.ingest.orders import ImportOrder
from memories.ingest.queries import job_of
from memories.ingest.services import accept, cancel_import

_LONGEST: Final = 1000


@described(asks={"POST": ImportRequest}, answers={"POST": ImportAnswer})
class ImportConversations(APIView):
    """`POST /v3/memories/imports/`: keeps conversations, learned from through batches.

    They are asked about at half the price, and mostly within the hour.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """How it stands; `id` names its event, too."""
        body = object_of(request)
        if flag_of(body, "batched", usual=True) and settings.EXTRACTION_MODEL is None:
            raise refuse("batched", "must be false: this server asks no language model")
        order = import_order(body, now=timezone.now())
        _check(order)
        for _ in order.conversations:
            spend(request, "adds")
        job = accept(
            order,
            project_id=principal_of(request).project_id,
            now=timezone.now(),
            job_id=job_id_of(request),
        )
        return _answer(job, request)


@described(answers={"GET": ImportAnswer, "DELETE": ImportAnswer})
class OneImport(APIView):
    """`/v3/memories/imports/{id}/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"DELETE": KeyScope.WRITE}

    def get(self, request: Request, job_id: str) -> Response:
        """How it stands."""
        return _answer(_import_of(request, job_id), request)

    def delete(self, request: Request, job_id: str) -> Response:
        """Call it off; what is kept and learned already stays."""
        job = _import_of(request, job_id)
        cancel_import(job, now=timezone.now())
        return _answer(job, request)


def _import_of(request: Request, job_id: str) -> Job:
    try:
        found = job_of(UUID(job_id), project_id=principal_of(request).project_id)
    except ValueError:
        found = None
    if found is None or found.kind != JobKind.IMPORT:
        raise RequestRefused("No such import.", status=HTTPStatus.NOT_FOUND, code="not_found")
    return found


def _answer(job: Job, request: Request) -> Response:
    with project_of(request) as memory:
        return Response(import_object(job, memory))


def _check(order: ImportOrder) -> None:
    """Refuse here, where somebody is told, what could not be learned."""
    for place, conversation in enumerate(order.conversations):
        try:
            turns = read_turns(_messages(conversation))
            for start in range(0, len(turns), _LONGEST):
                check_turns(turns[start : start + _LONGEST])
        except InvalidInput as error:
            raise refuse(f"conversations[{place}]", str(error)) from error


def _messages(conversation: Mapping[str, object]) -> object:
    return conversation["messages"]
