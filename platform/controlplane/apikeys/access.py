"""The door to keys: the only function that turns an id from a request into one."""

from contextlib import suppress
from http import HTTPStatus
from uuid import UUID

from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.queries import keys_seen_by
from controlplane.apikeys.verification import Principal


def access_key(principal: Principal, key_id: str) -> ApiKey:
    """A key of the asking key's own project.

    Raises:
        RequestRefused: it is another project's, or none.
    """
    found = None
    with suppress(ValueError):
        found = keys_seen_by(principal).filter(id=UUID(key_id)).first()
    if found is None:
        raise RequestRefused("No such key.", status=HTTPStatus.NOT_FOUND, code="not_found")
    return found
