"""The server's main job, over HTTP alone: start, register an agent, remember, search, stop.

python -m evaluation.server_demo
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evaluation.demo import SAMPLE
from memories import read_conversations

_ROOT: Final = Path(__file__).resolve().parents[1]
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_SESSIONS: Final = 3
_HITS: Final = 3
_INTERRUPTED: Final = 130


class DemoFailed(Exception):
    """The server did not do what it should."""


class Server:
    """A running server."""

    def __init__(self, base: str) -> None:
        self.base = base

    def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, key: str = ""
    ) -> Any:
        """Send JSON, read JSON.

        Raises:
            DemoFailed: it refused.
        """
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.base + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Token {key}"} if key else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=_START_SECONDS) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise DemoFailed(f"{method} {path}: {error.code} {error.read().decode()}") from error


@contextmanager
def running_server(data: Path, **settings: str) -> Iterator[Server]:
    """The server on a free port, with settings of the environment, stopped in the end.

    Raises:
        DemoFailed: it does not start.
    """
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    own = {"REMEMBRANCER_DATA": str(data), "REMEMBRANCER_LOG_LEVEL": "ERROR"}
    environment = {**kept, **own, **settings}
    with subprocess.Popen(  # noqa: S603 - this very project
        [sys.executable, _ROOT / "manage.py", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        server = Server(f"http://127.0.0.1:{port}")
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    """A port of this machine's loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise DemoFailed(f"the server ended with code {process.returncode}")
        try:
            server.ask("GET", "/healthz")
        except (OSError, DemoFailed):
            time.sleep(0.1)
        else:
            return
    raise DemoFailed("the server did not answer")


def run() -> None:
    """Do the whole of it, and say each step.

    Raises:
        DemoFailed: a step did not work.
    """
    with tempfile.TemporaryDirectory(prefix="remembrancer-demo-") as folder:
        data = Path(folder)
        with running_server(data) as server:
            print(f"\nthe server answers at {server.base}")
            _register(server)
            key = (data / "operator.key").read_text(encoding="ascii").strip()
            _remember(server, key)
            _search(server, key)
    print("server demo: an agent registered, a conversation remembered and searched over HTTP")


def _register(server: Server) -> None:
    agent = server.ask("POST", "/api/v1/auth/agent_mode/", {"agent_caller": "demo"})
    key, user = agent["api_key"], agent["default_user_id"]
    print(f"an agent registered itself: user {user}, key ...{key[-4:]}")
    said = {"messages": "I prefer answers in French.", "user_id": user}
    added = server.ask("POST", "/v3/memories/add/?wait=true", said, key=key)
    print(f"  it remembers: {added['results'][0]['memory']}")


def _remember(server: Server, key: str) -> None:
    (conversation,) = read_conversations(SAMPLE)
    for session in conversation.sessions[:_SESSIONS]:
        messages = [
            {
                "role": turn.role.value,
                "content": turn.text,
                "name": turn.name,
                "id": turn.client_id,
                "timestamp": turn.said_at.isoformat() if turn.said_at else None,
            }
            for turn in session.turns
        ]
        body = {"messages": messages, "user_id": "demo", "run_id": session.id}
        event = server.ask("POST", "/v3/memories/add/", body, key=key)
        done = _finished(server, event["event_id"], key)
        print(
            f"{len(messages)} messages, {len(done['results'])} facts, {done['latency']:.0f} ms"
            f" from accepted to learned"
        )


def _finished(server: Server, event_id: str, key: str) -> Any:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        event = server.ask("GET", f"/v1/event/{event_id}/", key=key)
        if event["status"] == "FAILED":
            raise DemoFailed(event["error"])
        if event["status"] == "SUCCEEDED":
            return event
        time.sleep(0.05)
    raise DemoFailed("an event is not over")


def _search(server: Server, key: str) -> None:
    (conversation,) = read_conversations(SAMPLE)
    question = conversation.questions[0].text
    body = {"query": question, "filters": {"user_id": "demo"}, "top_k": _HITS}
    found = server.ask("POST", "/v3/memories/search/", body, key=key)
    print(f"Q  {question}")
    for hit in found["results"]:
        print(f"   {hit['score']:.2f}  {hit['memory']}")
    if not found["results"]:
        raise DemoFailed("nothing was found")


def main() -> int:
    """Run it from the command line.

    Returns:
        0; 1 where a step did not work, 130 after Ctrl-C.
    """
    try:
        run()
    except DemoFailed as error:
        print(f"server demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nserver demo: stopped", file=sys.stderr)
        return _INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
