"""Feedback on memories."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from memories.api.access import project_of
from memories.api.models import Feedback
from memories.api.reading import refuse

_OPINIONS: Final = ("POSITIVE", "NEGATIVE", "VERY_NEGATIVE")


class GiveFeedback(APIView):
    """`POST /v1/feedback/`."""

    def post(self, request: Request) -> Response:
        """Keep an opinion of a memory; null takes it back."""
        body = object_of(request)
        try:
            memory_id = UUID(str(body.get("memory_id")))
        except ValueError as error:
            raise RequestRefused("Invalid memory_id", code="invalid_id") from error
        opinion = body.get("feedback")
        if opinion is not None and str(opinion).upper() not in _OPINIONS:
            raise refuse("feedback", f"must be one of {', '.join(_OPINIONS)}, or null")
        with project_of(request) as memory:
            memory.get(str(memory_id))
        project_id = principal_of(request).project_id
        if opinion is None:
            with transaction.atomic():
                Feedback.objects.filter(project_id=project_id, memory_id=memory_id).delete()
                record_in(project_id, Action.FEEDBACK_WITHDRAWN, [memory_id])
            said = {"id": str(memory_id), "feedback": None, "feedback_reason": None}
            return Response(said, status=HTTPStatus.OK)
        with transaction.atomic():
            kept, _ = Feedback.objects.update_or_create(
                project_id=project_id,
                memory_id=memory_id,
                defaults={
                    "feedback": str(opinion).upper(),
                    "reason": str(body.get("feedback_reason") or ""),
                },
            )
            record_in(project_id, Action.FEEDBACK_GIVEN, [memory_id])
        return Response(
            {
                "id": str(kept.id),
                "feedback": kept.feedback,
                "feedback_reason": kept.reason or None,
            }
        )
