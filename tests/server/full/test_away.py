"""Redis goes away and comes back: what is accepted meanwhile is done, and nothing is lost."""

import time

from tests.conftest import RecordFigure
from tests.server.full.fleet import Fleet
from tests.server.services import Services

_ADDS = 20


def test_without_redis_adds_are_accepted_and_done_once_it_is_back(
    fleet: Fleet, services: Services, record_figure: RecordFigure
) -> None:
    services.kill_redis()
    try:
        started = time.monotonic()
        events = [fleet.add(f"I own kayak number {n}.", f"away-{n % 4}") for n in range(_ADDS)]
        record_figure(
            "full mode without Redis: milliseconds an add",
            (time.monotonic() - started) * 1000 / _ADDS,
        )
        assert fleet.ask("GET", "/readyz")[1]["status"] == "degraded"
        found = fleet.ask(
            "POST", "/v3/memories/search/", {"query": "kayak", "filters": {"user_id": "ana"}}
        )
        assert found[0] == 200
        # What must be exact is refused while nobody can count it.
        status, said = fleet.ask("POST", "/api/v1/auth/agent_mode/", {}, key="")
        assert (status, said["code"]) == (503, "unavailable")
        status, said = fleet.ask(
            "POST", "/api/v1/auth/email_code/", {"email": "ana@example.org"}, key=""
        )
        assert (status, said["code"]) == (503, "unavailable")
        status, said = fleet.ask(
            "POST",
            "/_allauth/app/v1/auth/login",
            {"email": "ana@example.org", "password": "not hers"},
            key="",
        )
        assert (status, said["code"]) == (503, "unavailable")
    finally:
        services.start()
    seconds = fleet.wait_until(
        lambda: all(fleet.status_of(event) == "SUCCEEDED" for event in events),
        "the sweeper finds what nobody was woken for",
    )
    record_figure("full mode: seconds until all is done after Redis is back", seconds)
    texts = [text for user in range(4) for text in fleet.texts_of(f"away-{user}")]
    assert sorted(texts) == sorted(f"User owns kayak number {n}." for n in range(_ADDS))
    # Wake-ups get through again, from the same processes.
    fleet.wait_until(lambda: fleet.ask("GET", "/readyz")[1]["status"] == "ok", "all is there")
    time.sleep(5)
    event = fleet.add("My canoe is green.", "away-0")
    fleet.wait_until(lambda: fleet.status_of(event) == "SUCCEEDED", "a new job is done", seconds=4)
