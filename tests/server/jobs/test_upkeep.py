"""What is forgotten when it has had its time, and that it is."""

import time
from datetime import timedelta

from django.utils import timezone

from controlplane.accounts.models import OneTimeCode
from controlplane.idempotency.models import KeptAnswer
from controlplane.jobs import keep_up
from controlplane.limits.models import Counter
from controlplane.webhooks.models import Delivery, Endpoint
from memories.api.models import MemoryExport
from tests.server.conftest import Tenant
from workers.threads import JobThreads

_DAY = timedelta(days=1)
_NOW = timezone.now()


def keep_something(tenant: Tenant) -> None:
    """One row of each kind that ends a day after now, and a delivery of now."""
    ends = {"expires_at": _NOW + _DAY}
    KeptAnswer.objects.create(scope="s", asked="a", busy_until=_NOW, **ends)
    OneTimeCode.objects.create(email="ana@example.org", digest=b"d", created_at=_NOW, **ends)
    MemoryExport.objects.create(
        project=tenant.project, filters="f", answer={}, created_at=_NOW, **ends
    )
    Counter.objects.create(key="k", window_ends_at=_NOW + _DAY)
    endpoint = Endpoint.objects.create(
        project=tenant.project,
        name="e",
        url="https://hooks.example.com/",
        event_types=[],
        secret="s" * 20,
        served_at=_NOW,
        created_at=_NOW,
        updated_at=_NOW,
    )
    Delivery.objects.create(
        endpoint=endpoint, event_type="t", body="{}", next_attempt_at=None, created_at=_NOW
    )


def counts() -> dict[str, int]:
    models = (KeptAnswer, OneTimeCode, MemoryExport, Counter, Delivery)
    found = {model.__name__: model.objects.count() for model in models}
    # Upkeep itself has budgets: how often it looks for what is outdated.
    return found | {"Counter": Counter.objects.filter(key="k").count()}


def test_each_kind_is_forgotten_when_it_has_had_its_time_and_not_before(acme: Tenant) -> None:
    keep_something(acme)
    assert keep_up(_NOW + _DAY - timedelta(seconds=1)) == 0
    assert counts() == dict.fromkeys(counts(), 1)
    keep_up(_NOW + _DAY)
    assert {name for name, count in counts().items() if count} == {"Delivery"}
    keep_up(_NOW + 8 * _DAY)
    assert set(counts().values()) == {0}


def test_the_threads_of_embedded_mode_do_it_too(acme: Tenant) -> None:
    Counter.objects.create(key="over", window_ends_at=_NOW - _DAY)
    threads = JobThreads(1)
    threads.start()
    try:
        until = time.monotonic() + 20
        while Counter.objects.filter(key="over").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        threads.stop()
