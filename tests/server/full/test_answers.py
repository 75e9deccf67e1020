"""Full mode over HTTP: two processes answer as one."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import RecordFigure
from tests.server.full.fleet import KEY_REQUESTS, WEB_PROCESSES, Fleet
from tests.server.tracing.collector import Collector


def test_it_answers_and_says_that_all_of_it_is_there(fleet: Fleet) -> None:
    assert fleet.ask("GET", "/v1/ping/")[1]["status"] == "ok"
    assert fleet.ask("GET", "/readyz") == (
        200,
        {"status": "ok", "dependencies": {"database": "ok", "redis": "ok"}},
    )


def test_what_is_told_is_learned_by_a_worker_and_found(
    fleet: Fleet, record_figure: RecordFigure
) -> None:
    event_id = fleet.add("I moved to Lisbon last month.", "ana")
    fleet.wait_until(lambda: fleet.status_of(event_id) == "SUCCEEDED", "the first job is done")
    _, found = fleet.ask(
        "POST",
        "/v3/memories/search/",
        {"query": "Where does Ana live?", "filters": {"user_id": "ana"}},
    )
    assert "Lisbon" in found["results"][0]["memory"]
    event_id = fleet.add("My dog is called Bruno.", "ana")
    # Sooner than anybody would look: the message woke the worker.
    seconds = fleet.wait_until(
        lambda: fleet.status_of(event_id) == "SUCCEEDED", "the second job is done", seconds=4
    )
    record_figure("full mode: seconds from an add to its end, as its client sees it", seconds)


def test_each_process_sends_its_spans(fleet: Fleet, collector: Collector) -> None:
    event_id = fleet.add("I own a tandem.", "tracy")
    fleet.wait_until(lambda: fleet.status_of(event_id) == "SUCCEEDED", "the job is done")
    names = {"POST /v3/memories/add", "GET /v1/event/<name:event_id>", "job ADD"}
    fleet.wait_until(lambda: names <= collector.names, "the web and the worker send spans")
    answering = {int(each.strip("<>")) for each in fleet.processes_that_answered()}
    assert collector.processes & answering
    assert collector.processes - answering, "the worker's"


def test_many_may_tell_of_the_same_at_once_while_workers_learn_it(fleet: Fleet) -> None:
    def tell(number: int) -> str:
        return fleet.add(f"I own kite number {number}.", f"kite-{number % 2}")

    first = fleet.add("Kites are fun.", "kite-2")
    fleet.wait_until(lambda: fleet.status_of(first) == "SUCCEEDED", "the worker works")
    with ThreadPoolExecutor(8) as threads:
        events = list(threads.map(tell, range(160)))
    fleet.wait_until(
        lambda: all(fleet.status_of(event) == "SUCCEEDED" for event in events), "all is learned"
    )
    texts = fleet.texts_of("kite-0") + fleet.texts_of("kite-1")
    assert sorted(texts) == sorted(f"User owns kite number {n}." for n in range(160))


def test_of_sign_ups_at_once_as_many_are_let_in_as_the_budget_says(fleet: Fleet) -> None:
    def sign_up(_: int) -> int:
        return fleet.ask("POST", "/api/v1/auth/agent_mode/", {"source": "test"}, key="")[0]

    with ThreadPoolExecutor(16) as threads:
        assert Counter(threads.map(sign_up, range(60))) == {200: 5, 429: 55}
    assert len(fleet.processes_that_answered()) == WEB_PROCESSES


def test_requests_of_one_key_are_counted_by_all_processes_together(fleet: Fleet) -> None:
    _, made = fleet.ask("POST", "/api/v1/keys/", {"name": "counted", "scopes": ["read"]})
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: fleet.ask("GET", "/v1/ping/", key=made["token"]), range(39)))
    assert left_of(fleet, made["token"]) == KEY_REQUESTS - 40


def left_of(fleet: Fleet, key: str) -> int:
    _, headers, _ = fleet.answer("GET", "/v1/ping/", key=key)
    return int(headers["X-RateLimit-Remaining"])


def test_a_revoked_key_is_good_for_a_second_at_most_in_every_process(fleet: Fleet) -> None:
    _, made = fleet.ask("POST", "/api/v1/keys/", {"name": "short", "scopes": ["read"]})

    def statuses() -> set[int]:
        with ThreadPoolExecutor(8) as threads:
            asked = threads.map(
                lambda _: fleet.ask("GET", "/v1/ping/", key=made["token"])[0], range(40)
            )
            return set(asked)

    assert statuses() == {200}
    assert fleet.ask("DELETE", f"/api/v1/keys/{made['id']}/")[0] == 200
    time.sleep(1.0)
    fleet.answered.write_text("", encoding="ascii")
    refused: set[int] = set()
    while len(fleet.processes_that_answered()) < WEB_PROCESSES:
        refused |= statuses()
    # Who guesses too often is told so.
    assert 401 in refused <= {401, 429}
