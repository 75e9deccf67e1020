"""The index server dies or falls silent: what is accepted is found later, and nothing is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import RecordFigure
from tests.server.full.fleet import Fleet
from tests.server.services import Services
from tests.support.faulty_port import FaultyPort, State, faulty_port

_SEARCHES = 50
_USER = "ana"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """With a node of Weaviate."""
    started = Services(tmp_path_factory.mktemp("services"), weaviate=1)
    try:
        yield started.start()
    finally:
        started.stop()


@pytest.fixture(scope="module")
def ports(hosted: Services) -> Iterator[tuple[FaultyPort, FaultyPort]]:
    """What stands before the node's REST and gRPC."""
    (node,) = hosted.nodes.values()
    with faulty_port(node["http"]) as http, faulty_port(node["grpc"]) as grpc:
        yield http, grpc


@pytest.fixture(scope="module")
def fleet(
    hosted: Services,
    ports: tuple[FaultyPort, FaultyPort],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    """All of full mode, which reaches the index through those ports."""
    http, grpc = ports
    started = Fleet(
        tmp_path_factory.mktemp("fleet"),
        hosted,
        REMEMBRANCER_WEAVIATE_URL=f"http://127.0.0.1:{http.port}",
        REMEMBRANCER_WEAVIATE_GRPC=f"127.0.0.1:{grpc.port}",
    )
    try:
        yield started.start()
    finally:
        started.stop()


@contextmanager
def away(ports: tuple[FaultyPort, FaultyPort], how: State) -> Iterator[None]:
    for port in ports:
        port.become(how)
    try:
        yield
    finally:
        for port in ports:
            port.become(State.PASSES)


def search(fleet: Fleet, question: str) -> tuple[int, list[str]]:
    status, said = fleet.ask(
        "POST", "/v3/memories/search/", {"query": question, "filters": {"user_id": _USER}}
    )
    return status, [hit["memory"] for hit in said.get("results", ())]


def learn(fleet: Fleet, text: str) -> None:
    event = fleet.add(text, _USER)
    fleet.wait_until(lambda: fleet.status_of(event) == "SUCCEEDED", f"it is learned: {text}")


def id_of(fleet: Fleet, text: str) -> str:
    _, listed = fleet.ask("POST", "/v3/memories/?page_size=200", {"filters": {"user_id": _USER}})
    (id_,) = [each["id"] for each in listed["results"] if each["memory"] == text]
    return str(id_)


@contextmanager
def watched(fleet: Fleet) -> Iterator[list[float]]:
    """Seconds that /healthz took, asked again and again meanwhile."""
    took: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            started = time.monotonic()
            assert fleet.ask("GET", "/healthz")[0] == 200
            took.append(time.monotonic() - started)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield took
    finally:
        is_over.set()
        thread.join()


def refused_searches(fleet: Fleet) -> list[float]:
    """Seconds that each of many searches in a row took to be refused."""
    took: list[float] = []
    for _ in range(_SEARCHES):
        started = time.monotonic()
        status, headers, said = fleet.answer(
            "POST", "/v3/memories/search/", {"query": "a boat", "filters": {"user_id": _USER}}
        )
        took.append(time.monotonic() - started)
        assert (status, said["code"]) == (503, "unavailable")
        assert int(headers["Retry-After"]) > 0
    return took


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


@pytest.mark.parametrize("how", [State.REFUSES, State.HANGS])
def test_what_is_done_while_the_index_is_away_is_true_at_once_and_found_later(
    fleet: Fleet, ports: tuple[FaultyPort, FaultyPort], how: State, record_figure: RecordFigure
) -> None:
    boat, raft = f"User owns boat {how.value}.", f"User owns raft {how.value}."
    learn(fleet, f"I own boat {how.value}.")
    fleet.wait_until(lambda: boat in search(fleet, boat)[1], "it is found")
    boat_id = id_of(fleet, boat)
    fleet.kill("beat")
    with away(ports, how):
        with watched(fleet) as healthz:
            searches = refused_searches(fleet)
        learn(fleet, f"I own raft {how.value}.")
        assert fleet.ask("DELETE", f"/v1/memories/{boat_id}/")[0] == 200
        assert fleet.ask("GET", f"/v1/memories/{boat_id}/")[0] == 404
        assert fleet.texts_of(_USER).count(boat) == 0
        assert fleet.texts_of(_USER).count(raft) == 1
    back = fleet.wait_until(lambda: search(fleet, boat)[0] == 200, "it is asked again", seconds=10)
    # Nobody has told the index yet that the boat is gone.
    assert boat not in search(fleet, boat)[1]
    fleet.start_beat()
    told = fleet.wait_until(lambda: raft in search(fleet, raft)[1], "the sweeper tells it")
    assert fleet.manage("verify_index").count(": OK, ") == 1
    assert max(searches) < 2.0
    assert p99(healthz) < 0.2
    for name, value in {
        "slowest refused search, seconds": max(searches),
        "refused search, median seconds": sorted(searches)[len(searches) // 2],
        "healthz p99 meanwhile, seconds": p99(healthz),
        "seconds until searches are answered after it is back": back,
        "seconds until what was added meanwhile is found, once beat runs": told,
    }.items():
        record_figure(f"index server {how.value}: {name}", value)


@pytest.fixture
def by_words(fleet: Fleet) -> Iterator[None]:
    """Its web processes find by words while the index is away."""

    def start_web(by_words: str) -> None:
        fleet.kill("web")
        fleet.environment["REMEMBRANCER_SEARCH_WITHOUT_INDEX"] = by_words
        fleet.start_web()

    start_web("true")
    yield
    start_web("false")


@pytest.mark.usefixtures("by_words")
def test_where_configured_searches_find_by_words_meanwhile(
    fleet: Fleet, ports: tuple[FaultyPort, FaultyPort]
) -> None:
    learn(fleet, "I own a kayak and a canoe.")
    kayak = "User owns a kayak and a canoe."
    asked = {"query": "Whose is the kayak?", "filters": {"user_id": _USER}}
    with away(ports, State.REFUSES):
        status, said = fleet.ask("POST", "/v3/memories/search/", asked)
        assert status == 200
        assert kayak in [hit["memory"] for hit in said["results"]]
        assert set(said["degraded"]) == {"semantic", "entity", "temporal"}
        assert fleet.ask("DELETE", f"/v1/memories/{id_of(fleet, kayak)}/")[0] == 200
        assert kayak not in search(fleet, kayak)[1]

    def is_whole() -> bool:
        status, said = fleet.ask("POST", "/v3/memories/search/", asked)
        return status == 200 and "semantic" not in said.get("degraded", {})

    fleet.wait_until(is_whole, "all signals are back", seconds=10)
    assert kayak not in search(fleet, kayak)[1]
