"""Files that messages name by their address, fetched by the one way out."""

from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.utils.timezone import now as current_time

from controlplane.egress import EgressError, EgressPolicy, check_url, get
from memories import FetchFailed
from memories.ingest.leases import extend_lease

_SECONDS: Final = 30.0
# Some hosts answer nobody who says nothing of himself.
_HEADERS: Final = {"User-Agent": "Remembrancer", "Accept-Encoding": "identity"}


class EgressFetcher:
    """The port's adapter: https, to public addresses alone, and no redirect."""

    def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """As the port says."""
        try:
            found = get(
                url, _HEADERS, most_bytes=most_bytes, policy=_policy(), timeout_seconds=_SECONDS
            )
        except EgressError as error:
            raise FetchFailed(f"the URL {error}") from error
        extend_lease(current_time())
        if found.status != HTTPStatus.OK:
            raise FetchFailed(f"the URL answered {found.status}")
        return found.body


def check_address(url: str) -> None:
    """Refuse at once an address that would be refused later, as far as nobody need be asked.

    Raises:
        FetchFailed: a rule forbids it, and which.
    """
    try:
        check_url(url, policy=_policy())
    except EgressError as error:
        raise FetchFailed(f"the URL {error}") from error


def _policy() -> EgressPolicy:
    return EgressPolicy(to_loopback=settings.FILES_FROM_LOOPBACK)
