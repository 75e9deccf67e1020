"""Indexes that nobody uses are put to rest, and wake with the first use."""

import logging
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from controlplane.shared_redis import shared_redis
from memories import Memory
from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.schema import ENTITIES, PASSAGES
from memories.engine.bootstrap import open_index_server
from memories.engine.domain import Scope
from memories.engine.errors import IndexUnavailable
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.index_server import IndexAddress
from memories.records.hosting import Hosted
from memories.records.resting import rest_unused
from memories.records.states import IndexStates, ProcessStates, RedisStates, shared_states
from memories.records.stores import index_name
from memories.records.verifying import verify_a_slice
from tests.conftest import RecordFigure

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
_QUESTION = "Who owns Zanzibar?"


@pytest.fixture
def address() -> IndexAddress:
    found = settings.INDEX
    assert found is not None
    return found


@pytest.fixture
def cluster(address: IndexAddress) -> Iterator[Cluster]:
    opened = Cluster(address)
    yield opened
    opened.close()


@pytest.fixture(params=[ProcessStates, RedisStates])
def states(request: pytest.FixtureRequest) -> IndexStates:
    if request.param is ProcessStates:
        return ProcessStates()
    redis = shared_redis(os.environ["REDIS_URL"])
    redis.delete("remembrancer:index-uses")
    return RedisStates(redis)


class Hosting:
    """One project of a server that has no other."""

    def __init__(self, address: IndexAddress, cluster: Cluster) -> None:
        shared_states.cache_clear()
        self.hosted = Hosted(address, "")
        self.cluster = cluster
        organization, project = uuid.uuid4(), uuid.uuid4()
        embedder = WordHashEmbedder()
        self.ada = Scope(str(organization), str(project), user="ada")
        self.memory = Memory(
            self.hosted.of(project, organization_id=organization),
            organization=str(organization),
            project=str(project),
            embedder=embedder,
        )
        self.name = index_name(self.ada.everyone, embedder.model)

    def found(self) -> list[str]:
        hits = self.memory.search(_QUESTION, scope=self.ada, include_messages=False)
        assert not set(hits.degraded) - {"temporal"}, hits.degraded
        return [hit.text for hit in hits]

    def status(self) -> set[str]:
        return {self._status_in(name) for name in (PASSAGES, ENTITIES)}

    def _status_in(self, collection: str) -> str:
        held = self.cluster.call(
            lambda client: client.collections.get(collection).tenants.get_by_names([self.name])
        )
        return str(held[self.name].activity_status.value)


@pytest.fixture
def hosting(
    transactional_db: None, records_database: None, address: IndexAddress, cluster: Cluster
) -> Iterator[Hosting]:
    opened = Hosting(address, cluster)
    opened.memory.add("I own a boat called Zanzibar.", scope=opened.ada)
    yield opened
    opened.memory.close()


def test_what_was_not_used_since_is_given_out_once(states: IndexStates) -> None:
    states.of("used")
    states.woken("used")
    states.woken("woken")
    now = time.time()
    assert states.take_unused(now - 60, 9) == ["woken"]
    assert states.take_unused(now - 60, 9) == []
    states.woken("woken")
    assert len(states.take_unused(now + 60, 1)) == 1
    assert len(states.take_unused(now + 60, 9)) == 1
    states.woken("gone")
    states.forget("gone")
    assert states.take_unused(now + 60, 9) == []


def test_an_index_at_rest_wakes_with_the_first_search(
    hosting: Hosting, record_figure: RecordFigure
) -> None:
    assert hosting.found() == ["User owns a boat called Zanzibar."]
    assert hosting.hosted.rest_unused(datetime.now(UTC)) == 0
    assert hosting.hosted.rest_unused(datetime.now(UTC) + timedelta(hours=25)) == 1
    assert hosting.status() == {INACTIVE}
    started = time.monotonic()
    assert hosting.found() == ["User owns a boat called Zanzibar."]
    record_figure(
        "index at rest: milliseconds of the search that wakes it",
        (time.monotonic() - started) * 1000,
    )
    assert hosting.status() == {ACTIVE}


def test_an_index_at_rest_wakes_with_a_deletion(hosting: Hosting) -> None:
    (hit,) = hosting.memory.search(_QUESTION, scope=hosting.ada, include_messages=False)
    hosting.hosted.rest_unused(datetime.now(UTC) + timedelta(hours=25))
    hosting.memory.delete(hit.id)
    assert hosting.found() == []


def test_what_was_woken_to_be_looked_through_rests_again(hosting: Hosting) -> None:
    now = datetime.now(UTC)
    hosting.hosted.rest_unused(now + timedelta(hours=25))
    assert verify_a_slice(hosting.hosted, now=now) == 0
    assert hosting.status() == {ACTIVE}
    assert hosting.hosted.rest_unused(now) == 1
    assert hosting.status() == {INACTIVE}


def test_one_that_is_gone_keeps_no_other_awake(hosting: Hosting, address: IndexAddress) -> None:
    states = ProcessStates()
    for name in ("nobody-knows-it", hosting.name):
        states.woken(name)
    server = open_index_server(address)
    try:
        assert rest_unused(server, states, before=datetime.now(UTC)) == 2
    finally:
        server.close()
    assert hosting.status() == {INACTIVE}


def test_a_server_that_can_offload_nothing_says_so(
    hosting: Hosting, address: IndexAddress, caplog: pytest.LogCaptureFixture
) -> None:
    states = ProcessStates()
    states.woken(hosting.name)
    server = open_index_server(replace(address, offloads=True))
    try:
        with pytest.raises(IndexUnavailable):
            server.rest([hosting.name])
        with caplog.at_level(logging.ERROR, "remembrancer.index"):
            assert rest_unused(server, states, before=datetime.now(UTC)) == 0
    finally:
        server.close()
    assert "offload-s3 module is not enabled" in caplog.text
    assert hosting.status() == {ACTIVE}
    assert states.take_unused(time.time(), 9) == [hosting.name]


def test_a_state_that_was_lost_is_told_by_the_sweeper(hosting: Hosting) -> None:
    states = shared_states("")
    states.forget(hosting.name)
    assert not hosting.hosted.changes_wait()
    assert hosting.found() == ["User owns a boat called Zanzibar."]
    assert not states.of(hosting.name).is_told
    assert hosting.hosted.changes_wait()
    hosting.hosted.settle_some()
    assert states.of(hosting.name).is_told
    assert not hosting.hosted.changes_wait()
    assert hosting.found() == ["User owns a boat called Zanzibar."]
