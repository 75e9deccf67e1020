"""Killing workers of a Celery app that has no job table."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from celery import Celery
from redis import Redis

from tests.server.services import ROOT

# Longer than it takes until an unacknowledged message comes again.
_QUIET_SECONDS = 8.0
_LONGEST_SECONDS = 300.0


def kill_plain_workers(folder: Path, redis_url: str, *, units: int, kills: int) -> dict[str, float]:
    """How many units were done, done more than once, and never done."""
    # Another database of the same Redis than the server's own.
    broker = redis_url.rsplit("/", 1)[0] + "/5"
    done = folder / "done"
    done.touch()
    environment = {**os.environ, "PLAIN_BROKER": broker, "PLAIN_DONE": str(done)}
    sender = Celery("plain-sender", broker=broker, set_as_current=False)
    for number in range(units):
        sender.send_task("plain.do", [number], ignore_result=True)
    worker = _started(folder, environment)
    for _ in range(kills):
        # In the midst of work, and not while it starts.
        _wait_for_more(done)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
        worker = _started(folder, environment)
    _wait_for_the_end(done, broker)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    sender.close()
    times = Counter(done.read_text(encoding="ascii").split())
    return {
        "done": len(times),
        "lost": units - len(times),
        "repeated": sum(count > 1 for count in times.values()),
    }


def _started(folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(Path(sys.executable).parent / "celery", "-A", "tests.server.full.plain_app"),
                *("worker", "--pool", "prefork", "--concurrency", "2"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_for_more(done: Path) -> None:
    before = done.stat().st_size
    until = time.monotonic() + 30
    while done.stat().st_size < before + 100 and time.monotonic() < until:
        time.sleep(0.01)


def _wait_for_the_end(done: Path, broker: str) -> None:
    """Until nothing waits and nothing was done for a while."""
    until = time.monotonic() + _LONGEST_SECONDS
    with Redis.from_url(broker) as redis:
        while time.monotonic() < until:
            before = done.stat().st_size
            time.sleep(_QUIET_SECONDS)
            waiting = int(redis.llen("celery"))
            if not waiting and done.stat().st_size == before:
                return
