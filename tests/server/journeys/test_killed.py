"""What was accepted is there, once, whoever is killed meanwhile."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.conftest import RecordFigure
from tests.server.journeys.live import LiveServer

_USERS = 10


class Teller:
    """Tells the server things, again whenever it does not answer, each under a key of its own."""

    def __init__(self, server: LiveServer, count: int) -> None:
        self._server = server
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self.events: dict[int, str] = {}

    def tell_all(self) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            self.events[number] = self._tell(number)

    def _tell(self, number: int) -> str:
        body = {"messages": f"I own boat number {number}.", "user_id": f"u{number % _USERS}"}
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                status, said = self._server.ask(
                    "POST", "/v3/memories/add/", body, **{"Idempotency-Key": f"boat-{number}"}
                )
            except (OSError, HTTPException):
                # Not there, or killed in the middle of its answer.
                time.sleep(0.1)
                continue
            if status == 200:
                return str(said["event_id"])
            assert status in (409, 503), said
            time.sleep(0.2)
        raise AssertionError(f"boat {number} was never accepted")


def run(folder: Path, *, adds: int, kills: int) -> dict[str, float]:
    """Kill workers, and now and then the whole server, while it is told things."""
    with LiveServer(
        folder / "data",
        REMEMBRANCER_JOB_LEASE_SECONDS="5",
        REMEMBRANCER_LOG_LEVEL="WARNING",
        REMEMBRANCER_REQUESTS_PER_MINUTE="1000000",
        REMEMBRANCER_PROJECT_REQUESTS_PER_MINUTE="1000000",
    ) as server:
        return _kill(server, adds=adds, kills=kills)


def _kill(server: LiveServer, *, adds: int, kills: int) -> dict[str, float]:
    teller = Teller(server, adds)
    with ThreadPoolExecutor(4) as threads:
        telling = [threads.submit(teller.tell_all) for _ in range(4)]
        for number in range(kills):
            time.sleep(0.4)
            if number % 5 == 4:
                server.kill_all()
                server.start()
            else:
                for pid in server.workers():
                    os.kill(pid, signal.SIGKILL)
                _wait_until_it_answers(server)
    for each in telling:
        each.result()
    found = _what_became(server, teller, adds)
    assert server.stop() == 0
    return found


def _wait_until_it_answers(server: LiveServer) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if server.ask("GET", "/v1/ping/")[0] == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
    raise AssertionError("the server did not come back")


def _what_became(server: LiveServer, teller: Teller, adds: int) -> dict[str, float]:
    assert len(teller.events) == adds
    assert len(set(teller.events.values())) == adds
    until = time.monotonic() + 600
    for event_id in teller.events.values():
        while True:
            _, event = server.ask("GET", f"/v1/event/{event_id}/")
            if event["status"] in ("SUCCEEDED", "FAILED"):
                break
            assert time.monotonic() < until, event
            time.sleep(0.05)
        assert event["status"] == "SUCCEEDED", event
        assert [each["event"] for each in event["results"]] == ["ADD"], event
    texts: list[str] = []
    for user in range(_USERS):
        page = 1
        while page:
            path = f"/v3/memories/?page={page}&page_size=200"
            _, listed = server.ask("POST", path, {"filters": {"user_id": f"u{user}"}})
            texts += [each["memory"] for each in listed["results"]]
            page = page + 1 if listed["next"] else 0
    wanted = {f"User owns boat number {number}." for number in range(adds)}
    return {
        "lost": len(wanted - set(texts)),
        "doubled": len(texts) - len(set(texts)),
        "strangers": len(set(texts) - wanted),
    }


def test_no_accepted_add_is_lost_or_doubled_when_processes_are_killed(
    tmp_path: Path, record_figure: RecordFigure
) -> None:
    found = run(tmp_path, adds=500, kills=5)
    for name, count in found.items():
        record_figure(f"kill -9 of the server, 500 adds, 5 kills: {name}", count)
    assert found == {"lost": 0, "doubled": 0, "strangers": 0}


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_no_accepted_add_is_lost_or_doubled_in_a_hundred_kills(
    tmp_path: Path, record_figure: RecordFigure
) -> None:
    found = run(tmp_path, adds=10_000, kills=100)
    for name, count in found.items():
        record_figure(f"kill -9 of the server, 10,000 adds, 100 kills: {name}", count)
    assert found == {"lost": 0, "doubled": 0, "strangers": 0}
