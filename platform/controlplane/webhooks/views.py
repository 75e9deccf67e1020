"""Webhooks as mem0's clients call them, and what those lack: deliveries, replay, rotation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of, refuse_unknown
from controlplane.api.errors import RequestRefused
from controlplane.api.pagination import page_of, page_wanted
from controlplane.apikeys.models import KeyScope
from controlplane.egress import EgressRefused
from controlplane.idempotency.middleware import shown_once
from controlplane.webhooks.access import access_delivery, access_own_project, access_webhook
from controlplane.webhooks.models import Delivery, Endpoint
from controlplane.webhooks.queries import deliveries_of, endpoints_of
from controlplane.webhooks.reading import refuse, webhook_wanted
from controlplane.webhooks.services import (
    MOST_ENDPOINTS,
    ROTATION_OVERLAP,
    TooManyEndpoints,
    create_endpoint,
    delete_endpoint,
    replay,
    rotate_secret,
    update_endpoint,
)

_LARGEST_PAGE: Final = 100
_USUAL_PAGE: Final = 50


class _Webhooks(APIView):
    """A key reads with `read`, and changes with `admin`."""

    scopes: ClassVar[dict[str, KeyScope]] = dict.fromkeys(("POST", "PUT", "DELETE"), KeyScope.ADMIN)


class ProjectWebhooks(_Webhooks):
    """`/api/v1/webhooks/projects/{project}/`."""

    def get(self, request: Request, project_id: str) -> Response:
        """The project's webhooks, oldest first."""
        found = endpoints_of(access_own_project(principal_of(request), project_id))
        return Response([_webhook_object(endpoint) for endpoint in found])

    def post(self, request: Request, project_id: str) -> Response:
        """A new webhook; nothing but this answer ever has its secret."""
        project = access_own_project(principal_of(request), project_id)
        wanted = webhook_wanted(object_of(request))
        if wanted.url is None:
            raise refuse("url", "is missing")
        if wanted.event_types is None:
            raise refuse("event_types", "is missing")
        with _refusals():
            endpoint = create_endpoint(
                project,
                name=wanted.name or "",
                url=wanted.url,
                event_types=wanted.event_types,
                now=timezone.now(),
            )
        said = {**_webhook_object(endpoint), "secret": endpoint.secret}
        return shown_once(Response(said, status=HTTPStatus.CREATED))


class OneWebhook(_Webhooks):
    """`/api/v1/webhooks/{id}/`."""

    def put(self, request: Request, webhook_id: str) -> Response:
        """Change what the body names."""
        endpoint = access_webhook(principal_of(request), webhook_id)
        wanted = webhook_wanted(object_of(request))
        with _refusals():
            update_endpoint(
                endpoint,
                name=wanted.name,
                url=wanted.url,
                event_types=wanted.event_types,
                is_active=wanted.is_active,
                now=timezone.now(),
            )
        return Response({"message": "Webhook updated successfully"})

    def delete(self, request: Request, webhook_id: str) -> Response:
        """Remove it, and what it was still to be told."""
        delete_endpoint(access_webhook(principal_of(request), webhook_id))
        return Response({"message": "Webhook deleted successfully"})


class WebhookDeliveries(_Webhooks):
    """`GET /api/v1/webhooks/{id}/deliveries/`."""

    def get(self, request: Request, webhook_id: str) -> Response:
        """What it was or is to be told, newest first."""
        found = deliveries_of(access_webhook(principal_of(request), webhook_id))
        refuse_unknown(request.query_params, ("page", "page_size"))
        wanted = page_wanted(request, most=_LARGEST_PAGE, usual=_USUAL_PAGE)
        rows = [_delivery_object(each) for each in found[wanted.first : wanted.first + wanted.size]]
        return Response(page_of(request, wanted, rows, found.count()))


class ReplayedDelivery(_Webhooks):
    """`POST /api/v1/webhooks/deliveries/{id}/replay/`."""

    def post(self, request: Request, delivery_id: str) -> Response:
        """Send it again, under the same id."""
        delivery = access_delivery(principal_of(request), delivery_id)
        refuse_unknown(object_of(request), ())
        replay(delivery, now=timezone.now())
        delivery.refresh_from_db()
        return Response(_delivery_object(delivery), status=HTTPStatus.ACCEPTED)


class RotatedSecret(_Webhooks):
    """`POST /api/v1/webhooks/{id}/rotate_secret/`."""

    def post(self, request: Request, webhook_id: str) -> Response:
        """The new secret, and how long the one before it signs as well."""
        endpoint = access_webhook(principal_of(request), webhook_id)
        refuse_unknown(object_of(request), ())
        now = timezone.now()
        secret = rotate_secret(endpoint, now=now)
        said = {"secret": secret, "previous_secret_until": _iso(now + ROTATION_OVERLAP)}
        return shown_once(Response(said))


@contextmanager
def _refusals() -> Iterator[None]:
    """What stands against a webhook, as an answer."""
    try:
        yield
    except EgressRefused as error:
        raise refuse("url", str(error)) from error
    except TooManyEndpoints as error:
        raise RequestRefused(
            f"A project has at most {MOST_ENDPOINTS} webhooks.",
            status=HTTPStatus.CONFLICT,
            code="too_many_webhooks",
        ) from error


def _webhook_object(endpoint: Endpoint) -> dict[str, object]:
    return {
        "webhook_id": str(endpoint.id),
        "name": endpoint.name,
        "url": endpoint.url,
        "event_types": endpoint.event_types,
        "owner": str(endpoint.project.organization_id),
        "is_active": endpoint.is_active,
        "project": str(endpoint.project_id),
        "created_at": _iso(endpoint.created_at),
        "updated_at": _iso(endpoint.updated_at),
    }


def _delivery_object(delivery: Delivery) -> dict[str, object]:
    return {
        "id": str(delivery.id),
        "webhook_id": str(delivery.endpoint_id),
        "event_type": delivery.event_type,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "next_attempt_at": _iso(delivery.next_attempt_at),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error or None,
        "created_at": _iso(delivery.created_at),
        "delivered_at": _iso(delivery.delivered_at),
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
