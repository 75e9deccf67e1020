"""One of three nodes of the index dies and comes back: nothing is lost, nothing there twice."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import pytest

from tests.conftest import RecordFigure
from tests.server.full.fleet import Fleet
from tests.server.services import Services

_USERS = 10
_SEARCHERS = 2


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """With a cluster of Weaviate, unlike those of the session."""
    started = Services(tmp_path_factory.mktemp("services"), weaviate=3)
    try:
        yield started.start()
    finally:
        started.stop()


def only(node: str, services: Services) -> dict[str, str]:
    """The environment in which that node alone is asked, for what it holds itself."""
    ports = services.nodes[node]
    return {
        "REMEMBRANCER_WEAVIATE_URL": f"http://127.0.0.1:{ports['http']}",
        "REMEMBRANCER_WEAVIATE_GRPC": f"127.0.0.1:{ports['grpc']}",
        "REMEMBRANCER_WEAVIATE_REPLICAS": "1",
    }


@pytest.fixture(scope="module")
def fleet(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """All of full mode, which knows all three nodes."""
    each = [only(node, services) for node in services.nodes]
    names = ("REMEMBRANCER_WEAVIATE_URL", "REMEMBRANCER_WEAVIATE_GRPC")
    all_of_them = {name: ",".join(one[name] for one in each) for name in names}
    started = Fleet(
        tmp_path_factory.mktemp("fleet"),
        services,
        **all_of_them,
        REMEMBRANCER_WEAVIATE_REPLICAS="3",
    )
    try:
        yield started.start()
    finally:
        started.stop()


class Searches:
    """What became of searches that were asked again and again."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        # When each that was answered was.
        self.answered_at: list[float] = []

    def ask(self, fleet: Fleet, number: int) -> None:
        started = time.monotonic()
        status, _ = fleet.ask(
            "POST",
            "/v3/memories/search/",
            {"query": f"yacht {number}", "filters": {"user_id": f"ana{number % _USERS}"}},
        )
        ended = time.monotonic()
        self.statuses[status] += 1
        self.seconds.append(ended - started)
        if status == 200:
            self.answered_at.append(ended)

    @property
    def longest_gap(self) -> float:
        """The longest time in which none was answered."""
        at = sorted(self.answered_at)
        return max(later - earlier for earlier, later in pairwise(at))


@contextmanager
def searching(fleet: Fleet) -> Iterator[Searches]:
    searches = Searches()
    is_over = threading.Event()

    def search(first: int) -> None:
        number = first
        while not is_over.is_set():
            searches.ask(fleet, number)
            number += _SEARCHERS

    with ThreadPoolExecutor(_SEARCHERS) as threads:
        begun = [threads.submit(search, first) for first in range(_SEARCHERS)]
        try:
            yield searches
        finally:
            is_over.set()
        for each in begun:
            each.result()


def run(
    fleet: Fleet, services: Services, *, node: str, adds: int
) -> tuple[dict[str, float], Searches]:
    """Kill the node once a third is learned and start it after two; what became of all."""
    events: list[str] = []

    def tell(number: int) -> None:
        events.append(fleet.add(f"I own {node} yacht {number}.", f"ana{number % _USERS}"))

    def is_done(place: int) -> bool:
        return len(events) > place and fleet.status_of(events[place]) == "SUCCEEDED"

    with searching(fleet) as searches, ThreadPoolExecutor(1) as teller:
        told = teller.map(tell, range(adds))
        fleet.wait_until(partial(is_done, adds // 3), "a third is learned", seconds=3600)
        services.kill_node(node)
        fleet.wait_until(partial(is_done, 2 * adds // 3), "so are two", seconds=3600)
        services.start()
        # What went wrong in it is raised here.
        list(told)
        fleet.wait_until(
            lambda: all(fleet.status_of(event) == "SUCCEEDED" for event in events),
            "every event is over",
            seconds=3600,
        )
    told_of = [text for user in range(_USERS) for text in fleet.texts_of(f"ana{user}")]
    texts = [text for text in told_of if node in text]
    wanted = {f"User owns {node} yacht {number}." for number in range(adds)}
    return {"lost": len(wanted - set(texts)), "doubled": len(texts) - len(set(texts))}, searches


def is_whole(fleet: Fleet, **environment: str) -> bool:
    code, said, _ = fleet.try_to_manage("verify_index", **environment)
    return code == 0 and ": OK, " in said


def check(
    fleet: Fleet, services: Services, record_figure: RecordFigure, *, node: str, adds: int
) -> None:
    # The first one waits for the model.
    Searches().ask(fleet, 0)
    found, searches = run(fleet, services, node=node, adds=adds)
    settled = fleet.wait_until(lambda: is_whole(fleet), "the index has heard of all")
    seconds = fleet.wait_until(
        lambda: all(is_whole(fleet, **only(each, services)) for each in services.nodes),
        "each node holds the same",
        seconds=240,
    )
    refused = sum(searches.statuses.values()) - searches.statuses[200]
    for name, value in {
        **found,
        "searches": sum(searches.statuses.values()),
        "searches refused": refused,
        "slowest search, seconds": max(searches.seconds),
        "longest time without an answer, seconds": searches.longest_gap,
        "seconds until the index has heard of all": settled,
        "seconds until each node holds the same": seconds,
    }.items():
        record_figure(f"{node} of three killed in {adds} adds: {name}", value)
    assert found == {"lost": 0, "doubled": 0}
    assert set(searches.statuses) <= {200, 503}


@pytest.mark.parametrize("node", ["node1", "node2"])
def test_nothing_is_lost_or_doubled_when_a_node_is_killed(
    fleet: Fleet, services: Services, record_figure: RecordFigure, node: str
) -> None:
    check(fleet, services, record_figure, node=node, adds=200)


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_nothing_is_lost_or_doubled_in_ten_thousand_adds(
    fleet: Fleet, services: Services, record_figure: RecordFigure
) -> None:
    check(fleet, services, record_figure, node="node1", adds=10_000)
