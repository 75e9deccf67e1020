"""Reads are recorded without a word of SQL in the request, soon after it, and none is dropped."""

import statistics
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from controlplane.audit.actions import Action
from controlplane.audit.models import AuditRecord
from controlplane.audit.services import append, entry_of, record
from controlplane.audit.stream import READS, ReadStream
from controlplane.audit.verification import verify_chain
from controlplane.organizations.services import delete_organization
from memories.ingest.orders import AddOrder, Owner
from memories.ingest.services import accept
from tests.conftest import RecordFigure
from tests.server.conftest import Ask, Tenant

SEARCH = {"query": "Where does she live?", "filters": {"user_id": "ana"}}


def reads() -> int:
    return AuditRecord.objects.filter(action__startswith="memory.").count()


def keep(stream: ReadStream, tenant: Tenant, count: int) -> None:
    id_ = tenant.organization.id
    for number in range(count):
        entry = entry_of(Action.MEMORY_READ, [number], organization_id=id_, project_id=None)
        stream.keep(entry)


def test_a_warm_search_awaits_no_sql(acme: Tenant, client: Ask, streaming: None) -> None:
    asking = client(acme.token)
    assert asking.post("/v3/memories/search/", SEARCH, format="json").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert asking.post("/v3/memories/search/", SEARCH, format="json").status_code == 200
    assert [query["sql"] for query in asked] == []


def test_a_read_is_written_within_a_second(acme: Tenant, client: Ask, streaming: None) -> None:
    client(acme.token).post("/v3/memories/search/", SEARCH, format="json")
    until = time.monotonic() + 1.0
    while not reads() and time.monotonic() < until:
        time.sleep(0.02)
    assert reads() == 1


def test_without_the_thread_a_read_is_written_at_once(acme: Tenant) -> None:
    keep(READS, acme, 1)
    assert reads() == 1


def test_when_the_queue_is_full_a_read_writes_itself(acme: Tenant) -> None:
    stream = ReadStream(most_waiting=5)
    stream.start()
    keep(stream, acme, 50)
    assert reads() >= 45
    stream.stop()
    assert reads() == 50
    assert verify_chain(acme.organization.id).broken_at is None


def test_what_is_kept_is_written_when_the_server_stops(acme: Tenant) -> None:
    stream = ReadStream()
    stream.start()
    keep(stream, acme, 1200)
    stream.stop()
    assert reads() == 1200
    keep(stream, acme, 1)
    assert reads() == 1201
    assert verify_chain(acme.organization.id).broken_at is None


def test_reads_of_an_organization_that_is_gone_go_with_it(acme: Tenant, globex: Tenant) -> None:
    stream = ReadStream()
    stream.start()
    keep(stream, acme, 3)
    keep(stream, globex, 3)
    delete_organization(acme.organization)
    stream.stop()
    assert reads() == 3


def test_reading_the_trail_shows_what_was_read_just_before(
    acme: Tenant, client: Ask, streaming: None
) -> None:
    asking = client(acme.token)
    asking.post("/v3/memories/search/", SEARCH, format="json")
    newest = asking.get("/api/v1/audit/").json()["results"][0]
    assert newest["action"] == "memory.searched"


def milliseconds(do: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def test_recording_is_cheap(acme: Tenant, record_figure: RecordFigure) -> None:
    id_, project_id = acme.organization.id, acme.project.id

    def keep_one() -> None:
        READS.keep(entry_of(Action.MEMORY_READ, ["x"], organization_id=id_, project_id=project_id))

    alone = milliseconds(lambda: record(Action.MEMORY_READ, ["x"], organization_id=id_), 200)
    with transaction.atomic():
        within = milliseconds(lambda: record(Action.MEMORY_READ, ["x"], organization_id=id_), 200)
    entry = entry_of(Action.MEMORY_READ, ["x"], organization_id=id_, project_id=project_id)
    many = milliseconds(lambda: append([entry] * 500), 5) / 500
    READS.start()
    kept = milliseconds(keep_one, 1000)
    READS.stop()
    order = AddOrder(Owner(user="ana"), [{"role": "user", "content": "x"}], "2026-11-25T12:00:00Z")
    added = milliseconds(lambda: accept(order, project_id=project_id, now=entry.at), 200)
    began = time.perf_counter()
    found = verify_chain(id_)
    verified = (time.perf_counter() - began) / found.records * 1000
    record_figure("audit: a change's record in a transaction of its own: milliseconds", alone)
    record_figure("audit: a change's record in the change's transaction: milliseconds", within)
    record_figure("audit: a read's record, in the request: milliseconds", kept)
    record_figure("audit: a read's record, in the thread, of 500: milliseconds", many)
    record_figure("audit: accepting an add, its record included: milliseconds", added)
    record_figure("audit: verifying a record: milliseconds", verified)
    assert found.broken_at is None
    assert kept < 1.0
