"""Workers are killed with kill -9 while there is work: nothing is lost, nothing done twice."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import RecordFigure
from tests.server.full.fleet import Fleet
from tests.server.full.plain import kill_plain_workers
from tests.server.services import Services

_USERS = 10
_KILLS = 8


def run(fleet: Fleet, *, name: str, adds: int, kills: int) -> dict[str, float]:
    """Kill the worker, and start another, while it does what was added; what became of it."""
    events: list[str] = []

    def tell(number: int) -> None:
        events.append(fleet.add(f"I own {name} number {number}.", f"{name}{number % _USERS}"))

    def is_done(first: int) -> bool:
        """True once one of so many users is that far: others wait for a lease of the killed."""
        some = events[first : first + _USERS]
        return any(fleet.status_of(event) == "SUCCEEDED" for event in some)

    with ThreadPoolExecutor(1) as teller:
        told = teller.map(tell, range(adds))
        for number in range(kills):
            place = number * adds // (kills + 1)
            fleet.wait_until(partial(is_done, place), "the worker works")
            fleet.kill("worker")
            fleet.start_worker()
        # What went wrong in it is raised here.
        list(told)
    assert len(set(events)) == adds
    fleet.wait_until(
        lambda: all(fleet.status_of(event) == "SUCCEEDED" for event in events),
        "every event is over",
        seconds=600,
    )
    texts = [text for user in range(_USERS) for text in fleet.texts_of(f"{name}{user}")]
    wanted = {f"User owns {name} number {number}." for number in range(adds)}
    return {"lost": len(wanted - set(texts)), "doubled": len(texts) - len(set(texts))}


def test_no_add_is_lost_or_doubled_when_workers_are_killed(
    fleet: Fleet, record_figure: RecordFigure
) -> None:
    found = run(fleet, name="boat", adds=200, kills=_KILLS)
    for name, count in found.items():
        record_figure(f"full mode, job table: {_KILLS} kills in 200 adds: {name}", count)
    assert found == {"lost": 0, "doubled": 0}


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_no_add_is_lost_or_doubled_in_a_hundred_kills(
    fleet: Fleet, record_figure: RecordFigure
) -> None:
    found = run(fleet, name="yacht", adds=10_000, kills=100)
    for name, count in found.items():
        record_figure(f"full mode, job table: 100 kills in 10,000 adds: {name}", count)
    assert found == {"lost": 0, "doubled": 0}


def test_a_task_for_each_unit_of_work_loses_or_repeats_some(
    services: Services, tmp_path: Path, record_figure: RecordFigure
) -> None:
    """What the job table is for. Luck decides how much, so that only the figures are kept."""
    found = kill_plain_workers(tmp_path, services.redis_url, units=1500, kills=_KILLS)
    for name, count in found.items():
        record_figure(f"plain Celery, acks_late: {_KILLS} kills in 1,500 tasks: {name}", count)
    assert found["done"] > 0


@pytest.mark.long
def test_a_task_for_each_unit_of_work_loses_or_repeats_some_in_fifty_kills(
    services: Services, tmp_path: Path, record_figure: RecordFigure
) -> None:
    found = kill_plain_workers(tmp_path, services.redis_url, units=8000, kills=50)
    for name, count in found.items():
        record_figure(f"plain Celery, acks_late: 50 kills in 8,000 tasks: {name}", count)
    assert found["lost"] + found["repeated"] > 0
