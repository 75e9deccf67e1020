"""One fleet for all tests here; who kills a part of it starts it again."""

from collections.abc import Iterator

import pytest

from tests.server.full.fleet import Fleet
from tests.server.services import Services
from tests.server.tracing.collector import Collector, collecting


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Takes the fleet's spans."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def fleet(
    services: Services, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """Two processes that answer, a worker of two threads, and beat."""
    spans = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    started = Fleet(tmp_path_factory.mktemp("fleet"), services, **spans)
    try:
        yield started.start()
    finally:
        started.stop()
