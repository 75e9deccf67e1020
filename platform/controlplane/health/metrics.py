"""What the server counts, for Prometheus. No label ever holds the id or name of anybody.

With PROMETHEUS_MULTIPROC_DIR in the environment, each process keeps its counts in that folder, and
any of them answers for all.
"""

import os
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# From a search in memory to an add that is waited for, in seconds.
_BUCKETS: Final = (
    *(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)

_REQUESTS: Final = Counter(
    "remembrancer_requests", "Requests that were answered.", ["route", "method", "status"]
)
_SECONDS: Final = Histogram(
    "remembrancer_request_seconds",
    "How long requests took until their answer began.",
    ["route", "method"],
    buckets=_BUCKETS,
)
_JOBS: Final = Counter(
    "remembrancer_jobs",
    "Attempts at jobs: succeeded, failed for good, or to be tried again.",
    ["kind", "outcome"],
)
_DELIVERIES: Final = Counter(
    "remembrancer_webhook_deliveries",
    "Attempts at sending webhooks: delivered, failed for good, or to be tried again.",
    ["outcome"],
)
_QUESTIONS: Final = Counter(
    "remembrancer_model_questions",
    "Questions to the language model that learns: complete, cut, refused or failed.",
    ["outcome"],
)
_ADDS: Final = Counter("remembrancer_adds", "Adds that were accepted.")
_SEARCHES: Final = Counter("remembrancer_searches", "Searches that were answered.")


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count an answer.

    Args:
        route: the pattern of the address.
        method: one of a few.
        status: of the answer.
        seconds: until the answer began.
    """
    _REQUESTS.labels(route, method, str(status)).inc()
    _SECONDS.labels(route, method).observe(seconds)


def count_job(kind: str, outcome: str) -> None:
    """Count an attempt at a job: `succeeded`, `failed` for good, or to be tried `again`."""
    _JOBS.labels(kind, outcome).inc()


def count_delivery(outcome: str) -> None:
    """Count an attempt at a delivery: `delivered`, `failed` for good, or to be tried `again`."""
    _DELIVERIES.labels(outcome).inc()


def count_question(outcome: str) -> None:
    """Count a question to the language model, by how its answer ended, or `failed` without one."""
    _QUESTIONS.labels(outcome).inc()


def count_add() -> None:
    """Count an add that was accepted."""
    _ADDS.inc()


def count_search() -> None:
    """Count a search that was answered."""
    _SEARCHES.inc()


class _Measured(Collector):
    """What is found out when somebody asks: by functions that other layers have registered."""

    def __init__(self) -> None:
        self.measures: list[Callable[[], Iterable[Metric]]] = []

    def collect(self) -> Iterable[Metric]:
        for measure in self.measures:
            yield from measure()


_MEASURED: Final = _Measured()


def measure_when_asked(measure: Callable[[], Iterable[Metric]]) -> None:
    """Have something measured whenever the metrics are read."""
    if measure not in _MEASURED.measures:
        _MEASURED.measures.append(measure)


def exposition() -> bytes:
    """All metrics in Prometheus's text form."""
    parts = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + _measured(parts)
    MultiProcessCollector(parts)  # type: ignore[no-untyped-call]  # the library's
    ProcessCollector(registry=parts)
    return _measured(parts)


def _measured(registry: CollectorRegistry) -> bytes:
    registry.register(_MEASURED)
    return generate_latest(registry)
