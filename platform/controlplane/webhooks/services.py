"""What changes endpoints, and what puts events on their way."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from controlplane.egress import EgressPolicy, check_url
from controlplane.jobs import Work, wake_workers
from controlplane.webhooks.models import Delivery, DeliveryStatus, Endpoint, EventType
from controlplane.webhooks.signing import new_secret

# One event becomes a request to each of them.
MOST_ENDPOINTS: Final = 20
# How long the secret before the current one signs as well.
ROTATION_OVERLAP: Final = timedelta(hours=24)
# Longer than the whole schedule of attempts, which takes 76 hours.
DELIVERIES_KEPT: Final = timedelta(days=7)


class TooManyEndpoints(Exception):
    """The project has as many as it may."""


def policy() -> EgressPolicy:
    """Where webhooks may go, by this server's settings."""
    return EgressPolicy(to_loopback=settings.WEBHOOKS_TO_LOOPBACK)


@transaction.atomic
def create_endpoint(
    project_id: UUID, *, name: str, url: str, event_types: Sequence[EventType], now: datetime
) -> Endpoint:
    """A new endpoint of a project, with a secret of its own.

    Raises:
        EgressRefused: the URL is not allowed, and why.
        TooManyEndpoints: the project has `MOST_ENDPOINTS`.
    """
    check_url(url, policy=policy())
    if Endpoint.objects.filter(project_id=project_id).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    endpoint = Endpoint.objects.create(
        project_id=project_id,
        name=name,
        url=url,
        event_types=list(event_types),
        secret=new_secret(),
        served_at=now,
        created_at=now,
        updated_at=now,
    )
    record_in(project_id, Action.WEBHOOK_CREATED, [endpoint.id])
    return endpoint


@transaction.atomic
def update_endpoint(
    endpoint: Endpoint,
    *,
    now: datetime,
    name: str | None = None,
    url: str | None = None,
    event_types: Sequence[EventType] | None = None,
    is_active: bool | None = None,
) -> None:
    """Change what is given. What waits for an endpoint that is switched on again is sent then.

    Raises:
        EgressRefused: the URL is not allowed, and why.
    """
    if url is not None:
        check_url(url, policy=policy())
    wanted = {
        "name": name,
        "url": url,
        "event_types": None if event_types is None else list(event_types),
        "is_active": is_active,
    }
    changes = {field: value for field, value in wanted.items() if value is not None}
    Endpoint.objects.filter(id=endpoint.id).update(**changes, updated_at=now)
    record_in(endpoint.project_id, Action.WEBHOOK_CHANGED, [endpoint.id])
    wake_workers(Work.WEBHOOKS)


@transaction.atomic
def delete_endpoint(endpoint: Endpoint) -> None:
    """Remove an endpoint, and what it was still to be told."""
    project_id, id_ = endpoint.project_id, endpoint.id
    endpoint.delete()
    record_in(project_id, Action.WEBHOOK_DELETED, [id_])


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, now: datetime) -> str:
    """A new secret; for `ROTATION_OVERLAP` the one before it signs as well.

    Returns:
        The new secret: the only time that it can be read.
    """
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = now + ROTATION_OVERLAP
    endpoint.secret = new_secret()
    endpoint.updated_at = now
    endpoint.save(
        update_fields=["secret", "previous_secret", "previous_secret_until", "updated_at"]
    )
    record_in(endpoint.project_id, Action.WEBHOOK_SECRET_ROTATED, [endpoint.id])
    return endpoint.secret


def publish(
    project_id: UUID, event_type: EventType, body: Mapping[str, object], now: datetime
) -> None:
    """Tell every active endpoint that wants to know, once the caller's transaction is through."""
    publish_all(project_id, event_type, [body], now)


def publish_all(
    project_id: UUID, event_type: EventType, bodies: Iterable[Mapping[str, object]], now: datetime
) -> None:
    """The same for several events of one type: each is a message of its own."""
    listening = [
        endpoint
        for endpoint in Endpoint.objects.filter(project_id=project_id, is_active=True)
        if event_type in endpoint.event_types
    ]
    if not listening:
        return
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=endpoint,
            event_type=event_type,
            body=text,
            next_attempt_at=now,
            created_at=now,
        )
        for text in map(json.dumps, bodies)
        for endpoint in listening
    )
    wake_workers(Work.WEBHOOKS)


@transaction.atomic
def replay(delivery: Delivery, *, now: datetime) -> None:
    """Send it again, under the same id, with the whole schedule of attempts before it.

    One that is being sent at this moment is left alone.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    Delivery.objects.filter(free, id=delivery.id).update(
        status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=now, delivered_at=None
    )
    record_in(delivery.endpoint.project_id, Action.DELIVERY_REPLAYED, [delivery.id])
    wake_workers(Work.WEBHOOKS)


def forget_old(now: datetime) -> int:
    """Remove deliveries older than `DELIVERIES_KEPT`, which hold what was remembered.

    Returns:
        How many there were.
    """
    count, _ = Delivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT).delete()
    return count
