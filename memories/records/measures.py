"""What the metrics say of indexes that are behind."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from memories.engine.errors import StoreError
from memories.records.projects import untold


def measure_changes() -> Iterator[Metric]:
    """How many changes wait, and for how long; nothing while the database is away."""
    try:
        found = untold()
    except StoreError:
        return
    oldest = found.oldest_at
    age = 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds())
    yield GaugeMetricFamily(
        "remembrancer_index_changes",
        "Memories, messages and entities of which the index has not heard all.",
        value=found.count,
    )
    yield GaugeMetricFamily(
        "remembrancer_index_age_seconds", "How long the oldest of them has waited.", value=age
    )
