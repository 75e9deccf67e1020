"""What a tenant's audit trail says."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from controlplane.audit.stream import READS
from tests.server.conftest import Ask, Tenant

Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def trail(client: Ask) -> Read:
    """The records of a tenant, oldest first, as its key reads them."""

    def read(tenant: Tenant, **query: str) -> list[dict[str, Any]]:
        answer = client(tenant.token).get("/api/v1/audit/", {"page_size": "1000", **query})
        assert answer.status_code == 200, answer.content
        assert answer.json()["next"] is None
        return list(reversed(answer.json()["results"]))

    return read


@pytest.fixture
def streaming(database: None) -> Iterator[None]:
    """The thread that writes reads, as a server runs it."""
    READS.start()
    yield
    READS.stop()
