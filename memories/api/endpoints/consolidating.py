"""Asking for somebody's memories to be looked at together, now."""

from dataclasses import asdict
from typing import ClassVar, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from controlplane.idempotency.middleware import job_id_of
from controlplane.organizations.models import Project
from memories import Consolidation, Guidance
from memories.api.access import project_of, spend
from memories.api.reading import flag_of, owner_of
from memories.api.schemas import ConsolidateRequest, ConsolidationAnswer, PredictionAnswer
from memories.ingest.consolidating import looking_of
from memories.ingest.guiding import guidance_of
from memories.ingest.orders import ConsolidateOrder
from memories.ingest.services import accept
from memories.ingest.spending import dollars

_QUEUED: Final = "The memories are looked at together in the background"


@described(asks={"POST": ConsolidateRequest}, answers={"POST": ConsolidationAnswer})
class ConsolidateMemories(APIView):
    """`POST /v3/memories/consolidate/`: fold repeats, mark what was replaced, conclude.

    Of exactly the user, agent and app that are named, in all runs. With `dry_run` it says what
    would change and why, and stores nothing; the language model is asked all the same.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """The event; with `dry_run`, each change."""
        body = object_of(request)
        owner = owner_of(body).home()
        dry_run = flag_of(body, "dry_run", usual=False)
        spend(request, "adds")
        if dry_run:
            with project_of(request) as memory:
                found = memory.preview_consolidation(
                    scope=owner.within(memory), guidance=_guidance_for(request)
                )
            return Response(_preview_object(found))
        job = accept(
            ConsolidateOrder(owner),
            project_id=principal_of(request).project_id,
            now=timezone.now(),
            job_id=job_id_of(request),
        )
        return Response({"message": _QUEUED, "status": job.status, "event_id": str(job.id)})


@described(asks={"POST": ConsolidateRequest}, answers={"POST": PredictionAnswer})
class PredictConsolidation(APIView):
    """`POST /v3/memories/consolidate/predict/`: about what it would take of the language model.

    Nothing is stored, and the model is not asked.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """Tokens and, where prices are set, dollars."""
        owner = owner_of(object_of(request)).home()
        spend(request, "searches")
        with project_of(request) as memory:
            usage = memory.predict_consolidation(
                scope=owner.within(memory), guidance=_guidance_for(request)
            )
        return Response({"usage": asdict(usage), "dollars": dollars(usage)})


def _guidance_for(request: Request) -> Guidance:
    project = Project.objects.only("settings").get(id=principal_of(request).project_id)
    return guidance_of(project.settings, {})


def _preview_object(found: Consolidation) -> dict[str, object]:
    return {
        "results": [
            {
                "id": each.memory_id,
                "event": each.event.value,
                "memory": each.text,
                "reason": each.reason,
                "by": each.by,
                "derived_from": list(each.derived_from),
            }
            for each in found.outcomes
        ],
        "looked_at": found.looked_at,
        "is_more": found.is_more,
        "reason": found.reason,
        **looking_of(found),
    }
