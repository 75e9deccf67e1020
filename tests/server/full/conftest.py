"""One fleet for all tests here; who kills a part of it starts it again."""

from collections.abc import Iterator

import pytest

from tests.server.full.fleet import Fleet
from tests.server.services import Services


@pytest.fixture(scope="session")
def fleet(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two processes that answer, a worker of two threads, and beat."""
    started = Fleet(tmp_path_factory.mktemp("fleet"), services)
    try:
        yield started.start()
    finally:
        started.stop()
