"""What webhooks are told of memories and jobs."""

import json
from collections.abc import Callable

from controlplane.webhooks.models import Delivery, EventType
from tests.server.conftest import Ask, Tenant
from tests.server.memories_api.conftest import Server
from tests.server.webhooks.conftest import Connect

ANA = {"user_id": "ana"}


def told() -> list[tuple[str, dict[str, object]]]:
    """Everything so far, oldest first."""
    return [
        (each.event_type, json.loads(each.body))
        for each in Delivery.objects.order_by("created_at", "event_type")
    ]


def test_each_change_of_a_memory_is_told(
    acme: Tenant, client: Ask, connect: Connect, do_jobs: Callable[[], int]
) -> None:
    connect(acme, "http://127.0.0.1:9/", *EventType)
    server = Server(client(acme.token), acme, do_jobs)
    (id_,) = server.learn("I live in Porto.", **ANA)
    # Of one moment, in any order.
    by_kind = dict(told())
    body, job = by_kind.pop("memory_add"), by_kind.pop("ingest_job_completed")
    assert not by_kind
    assert body["event_details"] == {
        "event": "ADD",
        "id": id_,
        "data": {"memory": "User lives in Porto."},
    }
    assert body["user_id"] == job["user_id"] == "ana"
    assert job["event_details"]["memory_ids"] == [id_]  # type: ignore[index]

    server.call("PUT", f"/v1/memories/{id_}/", {"text": "User lives in Faro."})
    kind, body = told()[-1]
    assert (kind, body["event_details"]) == (
        "memory_update",
        {"event": "UPDATE", "id": id_, "data": {"memory": "User lives in Faro."}},
    )
    server.call("DELETE", f"/v1/memories/{id_}/")
    assert told()[-1] == ("memory_delete", {"event_details": {"event": "DELETE", "id": id_}, **ANA})
    server.call("DELETE", "/v1/memories/?user_id=ana")
    server.do_jobs()
    assert told()[-1] == ("memory_delete", {"event_details": {"event": "DELETE"}, **ANA})


def test_jobs_that_failed_or_were_overtaken_are_told(
    acme: Tenant, client: Ask, connect: Connect, do_jobs: Callable[[], int]
) -> None:
    connect(acme, "http://127.0.0.1:9/", *EventType)
    server = Server(client(acme.token), acme, do_jobs)
    broken = {"messages": [{"role": "robot", "content": "x"}], **ANA}
    event = server.post("/v3/memories/add/", broken)
    server.do_jobs()
    kind, body = told()[-1]
    details = body["event_details"]
    assert isinstance(details, dict)
    assert (kind, details["id"]) == ("ingest_job_failed", event["event_id"])
    assert "role" in details["error"]

    # In a lane of its own, where the deletion goes first.
    said = {"messages": "I live in Porto.", **ANA, "run_id": "r1"}
    event = server.post("/v3/memories/add/", said)
    server.call("DELETE", "/v1/memories/?user_id=ana")
    while server.get(f"/v1/event/{event['event_id']}/")["status"] != "SUCCEEDED":
        server.do_jobs()
    kinds = [kind for kind, _ in told()]
    assert kinds[-2:] == ["memory_delete", "ingest_job_cancelled"]
    assert "memory_add" not in kinds
