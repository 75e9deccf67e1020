"""Requests to a server that runs, at a steady rate."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from evaluation.faults import EvaluationError
from evaluation.speed.asking import MILLISECONDS

SEARCHES_A_SECOND: Final = 30
SEARCH_PATH: Final = "/v3/memories/search/"
_SENDERS: Final = 16


class Asking:
    """Requests on connections that are kept, one a thread."""

    def __init__(self, base: str) -> None:
        """Take the server's address, `http://host:port`."""
        self._address = base.removeprefix("http://")
        self._kept = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def ask(self, method: str, path: str, body: object = None, *, key: str) -> Any:
        """The answer.

        Raises:
            EvaluationError: it is none that was hoped for.
        """
        sent = None if body is None else json.dumps(body)
        try:
            response = self._sent(method, path, sent, key)
        except http.client.RemoteDisconnected:
            # Idle for longer than the server keeps a connection, as while others were asking.
            del self._kept.connection
            response = self._sent(method, path, sent, key)
        said = response.read()
        if response.status != http.client.OK:
            raise EvaluationError(f"{method} {path} answered {response.status}: {said[:200]!r}")
        return json.loads(said)

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._opened:
            self._opened.pop().close()

    def _sent(self, method: str, path: str, body: str | None, key: str) -> http.client.HTTPResponse:
        connection = getattr(self._kept, "connection", None)
        if connection is None:
            connection = self._kept.connection = http.client.HTTPConnection(self._address)
            self._opened.append(connection)
        headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        return connection.getresponse()


def steadily(
    calls: Sequence[Callable[[], object]], *, a_second: float, senders: int = _SENDERS
) -> list[float]:
    """Begin the calls at a steady rate, whether the earlier ones are answered or not.

    Args:
        calls: to be made in their order.
        a_second: how many.
        senders: threads that make them; later ones wait where all of these do.

    Returns:
        Milliseconds from when each was due until it was answered.
    """
    started = time.perf_counter() + 0.1

    def call(number: int) -> float:
        due = started + number / a_second
        time.sleep(max(0.0, due - time.perf_counter()))
        calls[number]()
        return (time.perf_counter() - due) * MILLISECONDS

    with ThreadPoolExecutor(senders) as threads:
        return list(threads.map(call, range(len(calls))))
