"""Receivers of webhooks on the loopback address, and endpoints that lead there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from controlplane.webhooks.models import Endpoint, EventType
from controlplane.webhooks.services import create_endpoint
from tests.server.conftest import Tenant
from tests.server.egress.servers import Receiver

Connect = Callable[..., Endpoint]


class Clock:
    """The time, as far ahead as a test says."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return timezone.now() + self._ahead

    def forward(self, by: timedelta) -> None:
        self._ahead += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def connect(database: None, settings: Settings) -> Connect:
    """Makes an endpoint of a tenant that leads to a URL."""
    settings.WEBHOOKS_TO_LOOPBACK = True

    def to(tenant: Tenant, url: str, *event_types: EventType) -> Endpoint:
        return create_endpoint(
            tenant.project.id,
            name="hook",
            url=url,
            event_types=event_types or (EventType.MEMORY_ADD,),
            now=timezone.now(),
        )

    return to
