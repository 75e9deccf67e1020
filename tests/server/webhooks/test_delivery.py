"""What is published arrives: signed, at least once, in spite of receivers and senders that fail."""

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings
from standardwebhooks import Webhook

from controlplane.webhooks.delivery import LEASE, SCHEDULE, deliver_next
from controlplane.webhooks.models import Delivery, DeliveryStatus, Endpoint, EventType
from controlplane.webhooks.services import (
    DELIVERIES_KEPT,
    ROTATION_OVERLAP,
    forget_old,
    publish,
    publish_all,
    replay,
    rotate_secret,
    update_endpoint,
)
from memories.ingest.models import Job, JobStatus
from memories.ingest.orders import AddOrder, Owner
from memories.ingest.services import accept, take_next
from memories.ingest.work import work_once
from tests.server.conftest import Tenant
from tests.server.egress.servers import Answer, Received, Receiver, listening
from tests.server.webhooks.conftest import Clock, Connect
from workers.threads import JobThreads

_BODY: dict[str, object] = {"event_details": {"id": "m1", "data": {"memory": "größer"}}}


def _publish(tenant: Tenant) -> None:
    publish(tenant.project.id, EventType.MEMORY_ADD, _BODY, timezone.now())


def _verified(request: Received, secret: str) -> object:
    return Webhook(secret).verify(request.body, request.headers)


def _deliver_all(clock: Clock) -> int:
    sent = 0
    while deliver_next(now=clock):
        sent += 1
    return sent


def test_what_is_published_arrives_signed(
    acme: Tenant, connect: Connect, receiver: Receiver
) -> None:
    endpoint = connect(acme, receiver.url)
    _publish(acme)
    delivery = Delivery.objects.get()
    assert deliver_next()
    assert not deliver_next()
    (request,) = receiver.received
    assert _verified(request, endpoint.secret) == _BODY
    assert request.headers["webhook-id"] == str(delivery.id)
    assert request.headers["content-type"] == "application/json"
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 1)
    assert (delivery.last_status, delivery.last_error) == (200, "")
    assert delivery.delivered_at is not None


def test_only_active_endpoints_of_the_project_that_want_the_event_are_told(
    acme: Tenant, globex: Tenant, connect: Connect, receiver: Receiver
) -> None:
    wanted = [connect(acme, receiver.url), connect(acme, receiver.url, *EventType)]
    connect(acme, receiver.url, EventType.MEMORY_DELETE)
    connect(globex, receiver.url)
    update_endpoint(connect(acme, receiver.url), is_active=False, now=timezone.now())
    _publish(acme)
    assert set(Delivery.objects.values_list("endpoint_id", flat=True)) == {e.id for e in wanted}


def test_what_is_rolled_back_is_not_told(
    acme: Tenant, connect: Connect, receiver: Receiver
) -> None:
    connect(acme, receiver.url)
    with transaction.atomic():
        _publish(acme)
        transaction.set_rollback(True)
    assert not deliver_next()


def test_during_a_rotation_both_secrets_verify_and_after_it_the_new_one_alone(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    endpoint = connect(acme, receiver.url)
    old = endpoint.secret
    new = rotate_secret(endpoint, now=timezone.now())
    _publish(acme)
    assert deliver_next(now=clock)
    for secret in (old, new):
        assert _verified(receiver.received[0], secret) == _BODY
    clock.forward(ROTATION_OVERLAP)
    _publish(acme)
    assert deliver_next(now=clock)
    assert len(receiver.received[0].headers["webhook-signature"].split()) == 2
    assert len(receiver.received[1].headers["webhook-signature"].split()) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 400, 404, 429, 500, 503])
def test_whatever_is_no_success_is_tried_again_under_the_same_id(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock, status: int
) -> None:
    receiver.answers = [Answer(status, {"Location": receiver.url}, b"our secret"), Answer(204)]
    connect(acme, receiver.url)
    _publish(acme)
    assert _deliver_all(clock) == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.last_status) == (DeliveryStatus.PENDING, status)
    assert delivery.last_error == f"The receiver answered {status}."
    clock.forward(SCHEDULE[0])
    assert _deliver_all(clock) == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 2)
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    assert len(receiver.received) == 2


def test_the_schedule_is_kept_and_then_it_has_failed(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [Answer(500)]
    connect(acme, receiver.url)
    _publish(acme)
    assert _deliver_all(clock) == 1
    for wait in SCHEDULE:
        clock.forward(wait - timedelta(seconds=4))
        assert _deliver_all(clock) == 0
        clock.forward(timedelta(seconds=4))
        assert _deliver_all(clock) == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, 10)
    clock.forward(timedelta(days=30))
    assert _deliver_all(clock) == 0
    assert Endpoint.objects.get().is_active


def test_a_receiver_that_can_not_be_reached_is_tried_again(
    acme: Tenant, connect: Connect, clock: Clock
) -> None:
    with Receiver() as receiver:
        connect(acme, receiver.url)
    _publish(acme)
    assert _deliver_all(clock) == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.last_status) == (DeliveryStatus.PENDING, None)
    assert delivery.last_error == "The URL could not be connected to."


def test_an_address_that_has_become_forbidden_is_not_connected_to(
    acme: Tenant, connect: Connect, receiver: Receiver, settings: Settings
) -> None:
    connect(acme, receiver.url)
    _publish(acme)
    settings.WEBHOOKS_TO_LOOPBACK = False
    assert deliver_next()
    assert receiver.received == []
    assert Delivery.objects.get().last_error == "The URL must begin with https://."


def test_a_receiver_that_is_gone_is_switched_off(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [Answer(410)]
    endpoint = connect(acme, receiver.url)
    _publish(acme)
    _publish(acme)
    assert _deliver_all(clock) == 1
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    statuses = set(Delivery.objects.values_list("status", flat=True))
    assert statuses == {DeliveryStatus.FAILED, DeliveryStatus.PENDING}
    _publish(acme)
    assert Delivery.objects.count() == 2

    receiver.answers = [Answer(200)]
    update_endpoint(endpoint, is_active=True, now=timezone.now())
    assert _deliver_all(clock) == 1


def test_a_delivery_is_replayed_under_its_id(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [Answer(410), Answer(500), Answer(200)]
    endpoint = connect(acme, receiver.url)
    _publish(acme)
    assert _deliver_all(clock) == 1
    update_endpoint(endpoint, is_active=True, now=timezone.now())
    replay(Delivery.objects.get(), now=timezone.now())
    assert _deliver_all(clock) == 1
    assert Delivery.objects.get().attempts == 1
    clock.forward(SCHEDULE[0])
    assert _deliver_all(clock) == 1
    replay(Delivery.objects.get(), now=timezone.now())
    assert _deliver_all(clock) == 1
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
    assert len(receiver.received) == 4
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1


def test_of_many_senders_one_sends_each_delivery(
    acme: Tenant, connect: Connect, receiver: Receiver
) -> None:
    connect(acme, receiver.url)
    publish_all(acme.project.id, EventType.MEMORY_ADD, [_BODY] * 20, timezone.now())
    begin = threading.Barrier(4)

    def send() -> int:
        try:
            begin.wait()
            sent = 0
            while deliver_next():
                sent += 1
            return sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as senders:
        sent = [future.result() for future in [senders.submit(send) for _ in range(4)]]
    assert sum(sent) == 20
    ids = [UUID(request.headers["webhook-id"]) for request in receiver.received]
    assert sorted(ids) == sorted(Delivery.objects.values_list("id", flat=True))
    assert set(Delivery.objects.values_list("status", "attempts")) == {("DELIVERED", 1)}


class _SenderDied(BaseException):
    """As a kill: nothing that a sender does about failures is reached."""


def test_what_a_sender_that_died_held_is_sent_once_its_lease_has_run_out(
    acme: Tenant, connect: Connect, receiver: Receiver, clock: Clock
) -> None:
    connect(acme, receiver.url)
    _publish(acme)
    looks = iter([clock(), clock()])

    def until_it_is_sent() -> object:
        found = next(looks, None)
        if found is None:
            raise _SenderDied
        return found

    with pytest.raises(_SenderDied):
        deliver_next(now=until_it_is_sent)  # type: ignore[arg-type]
    assert len(receiver.received) == 1
    assert not deliver_next(now=clock)
    clock.forward(LEASE)
    assert deliver_next(now=clock)
    assert len(receiver.received) == 2
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_a_sender_whose_lease_ran_out_changes_nothing(
    acme: Tenant, connect: Connect, clock: Clock
) -> None:
    def while_another_sends() -> None:
        clock.forward(LEASE)
        assert deliver_next(now=clock)
        connections.close_all()

    with ThreadPoolExecutor(1) as others, Receiver(Answer(500), Answer(200)) as receiver:
        first = receiver.take

        def take(request: Received) -> Answer:
            if not receiver.received:
                answer = first(request)
                others.submit(while_another_sends).result()
                return answer
            return first(request)

        receiver.take = take  # type: ignore[method-assign]  # the test's own receiver
        connect(acme, receiver.url)
        _publish(acme)
        assert deliver_next(now=clock)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.last_status) == (DeliveryStatus.DELIVERED, 200)


def test_endpoints_take_turns_however_much_one_is_to_be_told(
    acme: Tenant, globex: Tenant, connect: Connect, clock: Clock
) -> None:
    with Receiver() as busy, Receiver() as other:
        connect(acme, busy.url)
        connect(globex, other.url)
        publish_all(acme.project.id, EventType.MEMORY_ADD, [_BODY] * 10, timezone.now())
        _publish(globex)
        for _ in range(2):
            assert deliver_next(now=clock)
        assert (len(busy.received), len(other.received)) == (1, 1)


def test_old_deliveries_are_forgotten(acme: Tenant, connect: Connect, receiver: Receiver) -> None:
    connect(acme, receiver.url)
    _publish(acme)
    now = timezone.now()
    assert forget_old(now=now) == 0
    assert forget_old(now=now + DELIVERIES_KEPT) == 1
    assert sum(SCHEDULE, timedelta()) < DELIVERIES_KEPT


def _tell(tenant: Tenant, text: str) -> Job:
    order = AddOrder(
        Owner(user="ana", run="r1"),
        [{"role": "user", "content": text}],
        timestamp=timezone.now().isoformat(),
    )
    return accept(order, project_id=tenant.project.id, now=timezone.now())


def test_a_new_memory_is_told_and_one_that_was_known_is_not(
    acme: Tenant, connect: Connect, receiver: Receiver, do_jobs: Callable[[], int], clock: Clock
) -> None:
    connect(acme, receiver.url)
    job = _tell(acme, "I own a boat.")
    do_jobs()
    _tell(acme, "I own a boat.")
    do_jobs()
    assert _deliver_all(clock) == 1
    job.refresh_from_db()
    assert json.loads(receiver.received[0].body) == {
        "event_details": {
            "id": job.results[0]["id"],
            "data": {"memory": "User owns a boat."},
            "event": "ADD",
        },
        "user_id": "ana",
        "run_id": "r1",
    }


def test_a_worker_that_lost_its_job_tells_nothing(
    acme: Tenant, connect: Connect, receiver: Receiver, settings: Settings
) -> None:
    connect(acme, receiver.url)
    _tell(acme, "I own a boat.")
    late = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    taken_over: list[object] = []

    def now() -> object:
        # The first look takes the job, the second ends it: another takes it in between.
        if taken_over == []:
            taken_over.append(None)
            return timezone.now()
        if len(taken_over) == 1:
            taken_over.append(take_next(now=late))
        return late

    assert work_once(now=now)  # type: ignore[arg-type]
    assert taken_over[1] is not None
    assert not Delivery.objects.exists()


def test_a_slow_receiver_delays_no_job(acme: Tenant, connect: Connect) -> None:
    answered = threading.Event()

    def hold(connection: socket.socket) -> None:
        answered.wait(30)
        connection.shutdown(socket.SHUT_RDWR)

    with listening(hold) as listener:
        connect(acme, f"http://127.0.0.1:{listener.port}/")
        threads = JobThreads(1)
        threads.start()
        try:
            _publish(acme)
            _until(lambda: listener.connections == 1)
            job = _tell(acme, "I own a boat.")
            _until(lambda: Job.objects.filter(id=job.id, status=JobStatus.SUCCEEDED).exists())
            assert Delivery.objects.order_by("created_at")[0].holder
        finally:
            answered.set()
            threads.stop()


def _until(is_so: Callable[[], bool], *, within_seconds: float = 20) -> None:
    waiting = threading.Event()
    for _ in range(int(within_seconds * 50)):
        if is_so():
            return
        waiting.wait(0.02)
    raise AssertionError("it never was so")
