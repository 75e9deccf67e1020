"""Reading endpoints and deliveries, always of one project."""

from uuid import UUID

from django.db.models import QuerySet

from controlplane.webhooks.models import Delivery, Endpoint


def endpoints_of(project_id: UUID) -> QuerySet[Endpoint]:
    """A project's endpoints, in the order in which they were made."""
    found = Endpoint.objects.filter(project_id=project_id).select_related("project")
    return found.order_by("created_at", "id")


def endpoint_of(endpoint_id: UUID, *, project_id: UUID) -> Endpoint | None:
    """A project's endpoint by its id."""
    return Endpoint.objects.filter(id=endpoint_id, project_id=project_id).first()


def delivery_of(delivery_id: UUID, *, project_id: UUID) -> Delivery | None:
    """A project's delivery by its id."""
    return Delivery.objects.filter(id=delivery_id, endpoint__project_id=project_id).first()


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What an endpoint was or is to be told, newest first."""
    return endpoint.deliveries.order_by("-created_at", "id")
