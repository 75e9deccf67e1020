"""Attempts at deliveries are counted by what came of them, and a switch-off is in the trail."""

from datetime import timedelta

from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from controlplane.audit.models import AuditRecord
from controlplane.health.metrics import exposition
from controlplane.webhooks.delivery import deliver_next
from controlplane.webhooks.models import EventType
from controlplane.webhooks.services import publish
from tests.server.conftest import Tenant
from tests.server.egress.servers import Answer, Receiver
from tests.server.webhooks.conftest import Clock, Connect


def counted() -> dict[str, float]:
    return {
        sample.labels["outcome"]: sample.value
        for family in text_string_to_metric_families(exposition().decode())
        for sample in family.samples
        if sample.name == "remembrancer_webhook_deliveries_total"
    }


def test_deliveries_are_counted_by_what_came_of_them(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [Answer(500), Answer(204), Answer(410)]
    endpoint = connect(acme, receiver.url)
    before = counted()
    for _ in range(2):
        publish(acme.project.id, EventType.MEMORY_ADD, {}, timezone.now())
        assert deliver_next(now=clock)
        clock.forward(timedelta(minutes=1))
    assert deliver_next(now=clock)
    after = counted()
    new = {outcome: after[outcome] - before.get(outcome, 0) for outcome in after}
    assert new == {"again": 1, "delivered": 1, "failed": 1}
    switched_off = AuditRecord.objects.filter(action="webhook.changed").get()
    assert switched_off.subjects == [str(endpoint.id)]
