"""The doors: the only functions that turn an id from a request into a webhook or a delivery.

What belongs to another project and what is not there get the same answer.
"""

from http import HTTPStatus
from uuid import UUID

from controlplane.api.errors import RequestRefused
from controlplane.apikeys.verification import Principal
from controlplane.webhooks.models import Delivery, Endpoint
from controlplane.webhooks.queries import delivery_of, endpoint_of


def access_own_project(principal: Principal, project_id: str) -> UUID:
    """The key's own project, if that is the one named.

    Raises:
        RequestRefused: it is another one, or none.
    """
    if _uuid(project_id) != principal.project_id:
        raise _absent("project")
    return principal.project_id


def access_webhook(principal: Principal, webhook_id: str) -> Endpoint:
    """A webhook of the key's own project.

    Raises:
        RequestRefused: it is another project's, or none.
    """
    id_ = _uuid(webhook_id)
    found = None if id_ is None else endpoint_of(id_, project_id=principal.project_id)
    if found is None:
        raise _absent("webhook")
    return found


def access_delivery(principal: Principal, delivery_id: str) -> Delivery:
    """A delivery to a webhook of the key's own project.

    Raises:
        RequestRefused: it is another project's, or none.
    """
    id_ = _uuid(delivery_id)
    found = None if id_ is None else delivery_of(id_, project_id=principal.project_id)
    if found is None:
        raise _absent("delivery")
    return found


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


def _absent(what: str) -> RequestRefused:
    return RequestRefused(f"No such {what}.", status=HTTPStatus.NOT_FOUND, code="not_found")
