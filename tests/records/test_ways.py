"""An index server that can't be reached, or falls silent: asked no longer than it is of use."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.schema import PASSAGES
from memories.engine.errors import IndexUnavailable
from memories.engine.ports.index_server import IndexAddress, IndexNode
from tests.support.faulty_port import FaultyPort, State, faulty_port

_DEADLINE_SECONDS = 0.5


class Nodes:
    """Two nodes: the same one by two ways, each of which can fail."""

    def __init__(
        self, address: IndexAddress, ways: Sequence[tuple[FaultyPort, FaultyPort]]
    ) -> None:
        self.ways = ways
        nodes = tuple(
            IndexNode(f"http://127.0.0.1:{http.port}", f"127.0.0.1:{grpc.port}")
            for http, grpc in ways
        )
        self.address = replace(address, nodes=nodes, deadline_seconds=_DEADLINE_SECONDS)

    def become(self, state: State, *numbers: int) -> None:
        for number in numbers:
            for port in self.ways[number]:
                port.become(state)


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    address = settings.INDEX
    assert address is not None
    node = address.nodes[0]
    http, grpc = urlsplit(node.url).port or 80, int(node.grpc.rpartition(":")[2])
    with ExitStack() as opened:
        enter = opened.enter_context
        ways = [(enter(faulty_port(http)), enter(faulty_port(grpc))) for _ in range(2)]
        yield Nodes(address, ways)


@pytest.fixture
def cluster(nodes: Nodes) -> Iterator[Cluster]:
    opened = Cluster(nodes.address)
    opened.make_tenant("of-ways")
    yield opened
    opened.close()


def ask(cluster: Cluster) -> None:
    cluster.ask(PASSAGES, "of-ways", lambda passages: passages.query.fetch_objects(limit=1))


def seconds_until_answered(cluster: Cluster) -> float:
    started = time.monotonic()
    while time.monotonic() < started + 20:
        try:
            ask(cluster)
        except IndexUnavailable:
            time.sleep(0.05)
        else:
            return time.monotonic() - started
    raise AssertionError("it is not asked again")


@pytest.mark.parametrize("how", [State.REFUSES, State.HANGS])
def test_whoever_asks_waits_for_the_deadline_and_then_no_more(
    nodes: Nodes, cluster: Cluster, how: State
) -> None:
    nodes.become(how, 0, 1)
    waited: list[float] = []
    for _ in range(30):
        started = time.monotonic()
        with pytest.raises(IndexUnavailable):
            ask(cluster)
        waited.append(time.monotonic() - started)
    assert max(waited) < 2 * _DEADLINE_SECONDS
    assert sorted(waited)[len(waited) // 2] < 0.05
    with pytest.raises(IndexUnavailable):
        cluster.check()
    assert not cluster.is_ready()
    nodes.become(State.PASSES, 0, 1)
    assert seconds_until_answered(cluster) < 5
    cluster.check()
    assert cluster.is_ready()


@pytest.mark.parametrize("how", [State.REFUSES, State.HANGS])
def test_the_next_node_is_asked_where_one_does_not_answer(
    nodes: Nodes, cluster: Cluster, how: State
) -> None:
    nodes.become(how, 0)
    assert seconds_until_answered(cluster) < 8 * _DEADLINE_SECONDS
    nodes.become(how, 1)
    nodes.become(State.PASSES, 0)
    assert seconds_until_answered(cluster) < 8 * _DEADLINE_SECONDS


def test_a_silent_interface_is_noticed_though_the_other_answers(
    nodes: Nodes, cluster: Cluster
) -> None:
    for number in (0, 1):
        _, grpc = nodes.ways[number]
        grpc.become(State.HANGS)
    assert not cluster.is_ready()


def test_a_refusal_is_not_taken_for_silence(cluster: Cluster) -> None:
    for _ in range(10):
        with pytest.raises(IndexUnavailable, match="refused"):
            cluster.call(lambda client: client.collections.get("Nobodys").query.fetch_objects())
    cluster.check()
    ask(cluster)


def test_what_takes_long_ends_nobody_elses_calls_while_the_node_is_well(cluster: Cluster) -> None:
    """As of a project whose index wakes for longer than a search may wait."""
    ask(cluster)
    for _ in range(6):
        with pytest.raises(IndexUnavailable, match="does not answer"):
            cluster.call(lambda _: time.sleep(3 * _DEADLINE_SECONDS))
        cluster.check()
    ask(cluster)


def test_a_place_that_was_removed_is_made_again_by_who_asks(cluster: Cluster) -> None:
    cluster.remove_tenant("of-ways")
    ask(cluster)
