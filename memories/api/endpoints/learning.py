"""What would be learned, and what learning takes."""

from dataclasses import asdict
from datetime import UTC, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import KeyScope
from memories import Preview
from memories.api.access import project_of, spend
from memories.api.reading import query_of, refuse, whole_of
from memories.api.schemas import AddRequest, PredictionAnswer, PreviewAnswer, SpendingAnswer
from memories.api.telling import add_order
from memories.ingest.models import Spending
from memories.ingest.orders import AddOrder
from memories.ingest.spending import dollars, spent_by_day
from memories.ingest.work import guided, learning_of

_USUAL_DAYS: Final = 30
_MOST_DAYS: Final = 366


@described(asks={"POST": AddRequest}, answers={"POST": PreviewAnswer})
class PreviewMemories(APIView):
    """`POST /v3/memories/preview/`: what an add would learn, and why; nothing is stored.

    It asks the language model, where there is one, as the add would. Files are read as well, but
    not fetched: addresses are refused.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """The facts, with what would become of each."""
        order = _order_of(request, may_fetch=False)
        spend(request, "adds")
        guidance, zone = guided(order, principal_of(request).project_id)
        with project_of(request) as memory:
            found = memory.preview(
                order.told(order.files),
                scope=order.owner.within(memory),
                timestamp=order.instant(),
                guidance=guidance,
                timezone=zone,
            )
        return Response(_preview_object(found))


@described(asks={"POST": AddRequest}, answers={"POST": PredictionAnswer})
class PredictLearning(APIView):
    """`POST /v3/memories/predict/`: about what an add would take of the language model.

    Nothing is stored, and the model is not asked. What reading files takes is not among it.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.WRITE}

    def post(self, request: Request) -> Response:
        """Tokens and, where prices are set, dollars."""
        order = _order_of(request)
        spend(request, "searches")
        guidance, zone = guided(order, principal_of(request).project_id)
        with project_of(request) as memory:
            usage = memory.predict(
                order.told(order.files),
                scope=order.owner.within(memory),
                timestamp=order.instant(),
                guidance=guidance,
                timezone=zone,
            )
        return Response({"usage": asdict(usage), "dollars": dollars(usage)})


@described(answers={"GET": SpendingAnswer})
class ModelSpending(APIView):
    """`GET /v1/spending/`: what the project's facts took of language models, a row a day, UTC."""

    def get(self, request: Request) -> Response:
        """The last `days`, newest first."""
        days = whole_of(query_of(request), "days", _USUAL_DAYS, most=_MOST_DAYS)
        since = timezone.now().astimezone(UTC).date() - timedelta(days=days - 1)
        rows = spent_by_day(principal_of(request).project_id, since=since)
        return Response({"results": [_spending_object(each) for each in rows]})


def _order_of(request: Request, *, may_fetch: bool = True) -> AddOrder:
    """The add that is asked about.

    Raises:
        RequestRefused: it is off, or learns no facts.
    """
    order = add_order(object_of(request), now=timezone.now(), may_fetch=may_fetch)
    if order.sums_up:
        raise refuse("memory_type", "a summary of a run is not known before it is made")
    return order


def _preview_object(found: Preview) -> dict[str, object]:
    return {
        "results": [
            {
                "memory": fact.text,
                "event": outcome.event.value,
                "id": outcome.memory_id,
                "reason": outcome.reason,
                "attributed_to": fact.attributed_to,
                "kind": fact.kind.value,
                "categories": list(fact.categories),
                "importance": fact.importance,
                "occurred_from": fact.occurred.start.isoformat() if fact.occurred else None,
                "occurred_until": fact.occurred.until.isoformat() if fact.occurred else None,
                "quotes": [quote.text for quote in fact.quotes],
            }
            for fact, outcome in zip(found.facts, found.outcomes, strict=True)
        ],
        "reason": found.reason,
        **learning_of(found),
    }


def _spending_object(row: Spending) -> dict[str, object]:
    has_prices = settings.EXTRACTION_PRICES is not None
    return {
        "date": row.on.isoformat(),
        "model": row.model,
        "questions": row.questions,
        "usage": {
            "read": row.read,
            "read_from_cache": row.read_from_cache,
            "written_to_cache": row.written_to_cache,
            "written": row.written,
        },
        "dollars": row.microdollars / 1e6 if has_prices or row.microdollars else None,
    }
