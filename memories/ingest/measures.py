"""What the metrics say of jobs that wait."""

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from memories.ingest.queries import count_waiting, oldest_waiting


def measure_queue() -> Iterator[Metric]:
    """How many jobs wait, and for how long; while the database is away, only that it is."""
    try:
        count, oldest = count_waiting(), oldest_waiting()
    except DatabaseError:
        yield _gauge("remembrancer_database_up", "Whether the database answers.", 0)
        return
    age = 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds())
    yield _gauge("remembrancer_database_up", "Whether the database answers.", 1)
    yield _gauge("remembrancer_queue_jobs", "Jobs that wait or are being done.", count)
    yield _gauge("remembrancer_queue_age_seconds", "How long the oldest of them has waited.", age)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)
