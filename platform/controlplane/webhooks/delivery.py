"""Sending what waits: at least once, in no promised order."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from controlplane.egress import EgressError, post
from controlplane.health.metrics import count_delivery
from controlplane.webhooks.models import Delivery, DeliveryStatus, Endpoint
from controlplane.webhooks.services import policy
from controlplane.webhooks.signing import signed_headers

_logger = logging.getLogger("remembrancer.webhooks")
# Waits after the first attempt, the second, and so on: those of Standard Webhooks.
SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# Standard Webhooks advises 15 to 30.
TIMEOUT_SECONDS: Final = 15.0
# A sender that has not said within it what came of an attempt is taken for dead.
LEASE: Final = timedelta(seconds=60)
# How many are looked at before a sender goes back to sleep; others may be taking the first ones.
_TRIED: Final = 20
_BUG: Final = "This server failed to send it; the failure is in its log."
_AGENT: Final = "Remembrancer-Webhooks"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of an attempt.

    Attributes:
        status: of the answer; None if there was none.
        error: what went wrong, in our own words; nothing did if empty.
    """

    status: int | None
    error: str = ""


def deliver_next(*, now: Callable[[], datetime] = timezone.now) -> bool:
    """Send the next delivery that is due, if there is one.

    Safe for any number of senders: a delivery is taken by a single conditional update.

    Returns:
        True if there was one.
    """
    delivery = _claim_next(now())
    if delivery is None:
        return False
    extra = {
        "job": str(delivery.id),
        "kind": delivery.event_type,
        "attempt": delivery.attempts,
    }
    try:
        outcome = _sent(delivery, now())
    except Exception:
        # Whatever it is, the delivery must not stay claimed, and the sender goes on.
        _logger.exception("a webhook could not be sent", extra=extra)
        outcome = _Outcome(None, _BUG)
    _settle(delivery, outcome, now())
    came_of_it = "not delivered" if outcome.error else "delivered"
    _logger.info("a webhook was %s", came_of_it, extra=extra | {"status": outcome.status})
    return True


def deliveries_wait(now: datetime) -> bool:
    """True if there is a delivery to send."""
    return _due(now).filter(endpoint__is_active=True).exists()


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now),
        status=DeliveryStatus.PENDING,
        next_attempt_at__lte=now,
    )


def _claim_next(now: datetime) -> Delivery | None:
    due = _due(now)
    waiting = Endpoint.objects.filter(is_active=True, id__in=due.values("endpoint_id"))
    # Endpoints take turns, so that a slow one with much to be told delays the others little.
    for endpoint in waiting.order_by("served_at")[:_TRIED]:
        waiting_here = due.filter(endpoint=endpoint).order_by("next_attempt_at")
        for delivery in waiting_here.only("holder")[:_TRIED]:
            holder = secrets.token_hex(16)
            if _claim(due.filter(id=delivery.id, holder=delivery.holder), holder, now):
                Endpoint.objects.filter(id=endpoint.id).update(served_at=now)
                held = Delivery.objects.filter(id=delivery.id, holder=holder)
                return held.select_related("endpoint").first()
    return None


def _claim(seen: QuerySet[Delivery], holder: str, now: datetime) -> bool:
    """True if it is still as it was seen, and now this holder's."""
    return bool(seen.update(holder=holder, lease_until=now + LEASE, attempts=F("attempts") + 1))


def _sent(delivery: Delivery, now: datetime) -> _Outcome:
    endpoint = delivery.endpoint
    headers = {"Content-Type": "application/json", "User-Agent": _AGENT} | signed_headers(
        str(delivery.id), delivery.body, at=now, signed_with=_good_secrets(endpoint, now)
    )
    try:
        reply = post(
            endpoint.url,
            delivery.body.encode(),
            headers,
            policy=policy(),
            timeout_seconds=TIMEOUT_SECONDS,
        )
    except EgressError as error:
        return _Outcome(None, f"The URL {error}.")
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return _Outcome(reply.status)
    return _Outcome(reply.status, f"The receiver answered {reply.status}.")


def _good_secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    until = endpoint.previous_secret_until
    if until is None or until <= now:
        return [endpoint.secret]
    return [endpoint.secret, endpoint.previous_secret]


@transaction.atomic
def _settle(delivery: Delivery, outcome: _Outcome, now: datetime) -> None:
    """Keep what came of it, unless the lease ran out and another sends it now."""
    changes: dict[str, object] = {
        "last_status": outcome.status,
        "last_error": outcome.error,
        "next_attempt_at": None,
    }
    counted = "failed"
    if not outcome.error:
        counted = "delivered"
        changes |= {"status": DeliveryStatus.DELIVERED, "delivered_at": now}
    elif outcome.status == HTTPStatus.GONE:
        changes |= {"status": DeliveryStatus.FAILED}
        # Not if its owner has named another URL meanwhile.
        gone = Endpoint.objects.filter(id=delivery.endpoint_id, url=delivery.endpoint.url)
        if gone.update(is_active=False, updated_at=now):
            record_in(delivery.endpoint.project_id, Action.WEBHOOK_CHANGED, [delivery.endpoint_id])
    elif delivery.attempts > len(SCHEDULE):
        changes |= {"status": DeliveryStatus.FAILED}
    else:
        counted = "again"
        changes |= {"next_attempt_at": now + SCHEDULE[delivery.attempts - 1]}
    Delivery.objects.filter(id=delivery.id, holder=delivery.holder).update(
        **changes, holder="", lease_until=None
    )
    transaction.on_commit(lambda: count_delivery(counted))
