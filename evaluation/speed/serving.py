"""The server over HTTP: how soon it answers while it is at work, and what it holds when idle."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from evaluation.faults import EvaluationError
from evaluation.server_demo import Server, running_server
from evaluation.speed import exports
from evaluation.speed.asking import rounds_of
from evaluation.speed.corpus import questions, talk
from evaluation.speed.embedders import MadeUpVectors
from evaluation.speed.files import BuiltFiles, scope_talk, scope_talks, scope_user
from evaluation.speed.requests import SEARCH_PATH, SEARCHES_A_SECOND, Asking, steadily
from evaluation.speed.rows import Figure, Row, Target, percentile
from evaluation.speed.sizes import Sizes
from memories import Embedder, Memory

_PING: Final = Target(5.0)
_ADD: Final = Target(50.0)
_SEARCH_MEDIAN: Final = Target(25.0)
_SEARCH_TAIL: Final = Target(60.0)
_CLOSED_LOOP: Final = Target(0.35, at_least=True)
_IDLE: Final = Target(350.0)
_ADDS_A_SECOND: Final = 100
_CLIENTS: Final = 8
_QUESTIONS_A_USER: Final = 2
_ADD_PATH: Final = "/v3/memories/add/"


def over_http(files: BuiltFiles, sizes: Sizes, embedder: Embedder) -> list[Row]:
    """Ping, adds in a burst, searches at a steady rate and in a closed loop, memory when idle."""
    del files  # each server has a folder of its own
    with TemporaryDirectory(prefix="remembrancer-speed-") as folder:
        data = Path(folder) / "data"
        _prepare(data, sizes, embedder.model)
        with _server(data) as (server, key):
            idle = _resident(data)
            asking = _Asking(server, key)
            rows = [_ping(asking, sizes)]
            rows += _searching(asking, sizes)
            rows.append(_closed_loop(asking, sizes, embedder))
            rows += _adding(asking, sizes)
    return [_idle(idle), *rows]


@contextmanager
def _server(data: Path) -> Iterator[tuple[Server, str]]:
    with running_server(data, REMEMBRANCER_REQUESTS_PER_MINUTE="1000000") as server:
        yield server, (data / "operator.key").read_text(encoding="ascii").strip()


def _prepare(data: Path, sizes: Sizes, model: str) -> None:
    """The operator's project, with so many memories of so many users in it."""
    with _server(data) as (server, key):
        who = server.ask("GET", "/v1/ping/", key=key)
    lines = data / "export.jsonl"
    exports.write_export(lines, scope_talks(sizes.many, sizes.scopes))
    path = data / "projects" / f"{who['project_id']}.db"
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    with Memory(
        path,
        organization=who["org_id"],
        project=who["project_id"],
        embedder=MadeUpVectors(model),
        durability="process-crash",
    ) as memory:
        memory.import_(lines)
    lines.unlink()


class _Asking:
    """Requests with one key."""

    def __init__(self, server: Server, key: str) -> None:
        self._server = Asking(server.base)
        self._key = key

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer."""
        return self._server.ask(method, path, body, key=self._key)

    def search(self, question: str, user: str) -> None:
        """Ask one user's memories."""
        found = self.ask("POST", SEARCH_PATH, {"query": question, "filters": {"user_id": user}})
        if "degraded" in found:
            raise EvaluationError(f"a search went on without a signal: {found['degraded']}")


def _ping(asking: _Asking, sizes: Sizes) -> Row:
    # The slowest of a hundred are only so many if there are enough hundreds.
    calls = [lambda: asking.ask("GET", "/v1/ping/")] * max(200, 5 * sizes.questions)
    taken = steadily(calls, a_second=_ADDS_A_SECOND)[10:]
    tails = [percentile(part, 0.99) for part in rounds_of(taken, sizes.rounds)]
    return Row(
        key="http_ping",
        what="ping over HTTP, p99",
        unit="ms",
        figure=Figure.of_rounds(percentile(taken, 0.99), tails),
        target=_PING,
        note="100 a second, connections kept",
        parts={"p50_ms": statistics.median(taken)},
    )


def _asked(sizes: Sizes) -> list[tuple[str, str]]:
    """Questions with whom to ask, of users from all over."""
    count = sizes.questions * 2
    users = range(0, sizes.scopes, max(1, sizes.scopes * _QUESTIONS_A_USER // count))
    pairs = [
        (question, scope_user(number))
        for number in users
        for question in questions(scope_talk(sizes.many, sizes.scopes, number), _QUESTIONS_A_USER)
    ]
    return list(islice(cycle(pairs), count))


def _searching(asking: _Asking, sizes: Sizes) -> list[Row]:
    asked = _asked(sizes)
    for question, user in asked[:5]:
        asking.search(question, user)
    calls = [lambda pair=pair: asking.search(*pair) for pair in asked]
    taken = steadily(calls, a_second=SEARCHES_A_SECOND)
    parts = rounds_of(taken, sizes.rounds)
    what = f"search over HTTP, {sizes.many:,} memories of {sizes.scopes:,} users, 30 a second"
    note = "one project; made-up vectors, questions embedded by the real model"
    return [
        Row(
            key="http_search_p50",
            what=f"{what}, p50",
            unit="ms",
            figure=Figure.of_rounds(statistics.median(taken), list(map(statistics.median, parts))),
            target=_SEARCH_MEDIAN,
            note=note,
        ),
        Row(
            key="http_search_p95",
            what=f"{what}, p95",
            unit="ms",
            figure=Figure.of_rounds(
                percentile(taken, 0.95), [percentile(part, 0.95) for part in parts]
            ),
            target=_SEARCH_TAIL,
            note=note,
        ),
    ]


def _closed_loop(asking: _Asking, sizes: Sizes, embedder: Embedder) -> Row:
    """Clients that each ask again as soon as they are answered, beside the model alone."""
    asked = _asked(sizes)
    ratios: list[float] = []
    searched: list[float] = []
    size = max(1, len(asked) // sizes.rounds)
    for first in range(0, size * sizes.rounds, size):
        part = asked[first : first + size]
        started = time.perf_counter()
        with ThreadPoolExecutor(_CLIENTS) as clients:
            list(clients.map(lambda pair: asking.search(*pair), part))
        served = len(part) / (time.perf_counter() - started)
        started = time.perf_counter()
        for question, _ in part:
            embedder.embed_query(question)
        alone = len(part) / (time.perf_counter() - started)
        searched.append(served)
        ratios.append(served / alone)
    return Row(
        key="http_closed_loop",
        what=f"{_CLIENTS} clients in a closed loop, searches as a share of embeddings alone",
        unit="times",
        figure=Figure.median(ratios),
        target=_CLOSED_LOOP,
        note="clients, server and model share the processors",
        parts={"searches_per_s": statistics.median(searched)},
    )


def _adding(asking: _Asking, sizes: Sizes) -> list[Row]:
    """Adds in a burst while the jobs are done, and how fast the jobs are done then."""
    turns = list(talk(sizes.burst_seconds * _ADDS_A_SECOND, seed="burst"))
    bodies = [
        {"messages": [{"role": "user", "content": turn.text}], "user_id": f"burst{place % 50}"}
        for place, turn in enumerate(turns)
    ]
    started = time.perf_counter()
    calls = [lambda body=body: asking.ask("POST", _ADD_PATH, body) for body in bodies]
    taken = steadily(calls, a_second=_ADDS_A_SECOND)
    while asking.ask("GET", "/v1/events/?status=PENDING&page_size=1")["count"]:
        time.sleep(0.2)
    drained = len(bodies) / (time.perf_counter() - started)
    parts = rounds_of(taken, sizes.rounds)
    return [
        Row(
            key="http_add_p95",
            what=f"asynchronous add over HTTP, {sizes.burst_seconds} s of 100 a second, p95",
            unit="ms",
            figure=Figure.of_rounds(
                percentile(taken, 0.95), [percentile(part, 0.95) for part in parts]
            ),
            target=_ADD,
            note="one message each, 50 users, jobs done meanwhile",
            parts={"p50_ms": statistics.median(taken), "p99_ms": percentile(taken, 0.99)},
        ),
        Row(
            key="http_drain_rate",
            what="jobs done a second, from the burst's first add to its last job",
            unit="jobs/s",
            figure=Figure.median([drained]),
            target=None,
            note="real model",
        ),
    ]


def _resident(data: Path) -> float:
    """What the server's processes hold, in megabytes."""
    held = 0
    for status in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"REMEMBRANCER_DATA={data}".encode() in status.read_bytes().split(b"\0"):
                pages = status.with_name("statm").read_text(encoding="ascii").split()[1]
                held += int(pages) * 4096
        except OSError:
            continue
    return held / 1e6


def _idle(megabytes: float) -> Row:
    return Row(
        key="http_idle",
        what="resident memory of the whole embedded server, idle",
        unit="MB",
        figure=Figure.median([megabytes]),
        target=_IDLE,
        note="all its processes, pages they share counted each time; Linux",
    )
