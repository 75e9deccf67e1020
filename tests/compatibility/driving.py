"""A released client in a process of its own, asked call by call."""

import json
import os
import select
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.compatibility.environments import CLIENTS, node_environment, python_environment
from tests.compatibility.server import Key, LiveServer

_ANSWER_SECONDS: Final = 60
_END_SECONDS: Final = 10


class ClientRaised(Exception):
    """The client raised an exception.

    Attributes:
        kind: name of its class.
        status: its code, such as `HTTP_404`; None if it has none.
    """

    def __init__(self, kind: str, message: str, status: str | None) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind, self.status = kind, status


class Client:
    """Calls a client in another process.

    Attributes:
        server: that it talks to.
        key: that it uses.
    """

    def __init__(self, process: "subprocess.Popen[str]", server: LiveServer, kind: str) -> None:
        self._process, self._kind = process, kind
        self.server = server
        self.key: Key

    @property
    def is_async(self) -> bool:
        """True of Python's asynchronous client."""
        return self._kind == "AsyncMemoryClient"

    def log_in(self) -> "Client":
        """Make the client anew, with the key of a new person."""
        self.key = self.server.log_in()
        self.open(self.key.api_key)
        return self

    def open(self, api_key: str, **options: object) -> None:
        """Make the client anew."""
        named = {"apiKey" if self._kind == "node" else "api_key": api_key}
        wanted = {"host": self.server.base, **named, **options}
        self._ask({"open": self._kind, "options": wanted})

    def call(self, method: str, *arguments: object, **options: object) -> Any:
        """What a method gives back; a dot in its name goes through an attribute.

        Raises:
            ClientRaised: what it raised.
        """
        return self._ask({"call": method, "arguments": arguments, "options": options})

    def _ask(self, asked: Mapping[str, object]) -> Any:
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(json.dumps(asked) + "\n")
        asking.flush()
        ready, _, _ = select.select([answering], [], [], _ANSWER_SECONDS)
        assert ready, f"no answer after {_ANSWER_SECONDS} s to {asked}"
        line = answering.readline()
        assert line, f"the client's process ended at {asked}"
        said = json.loads(line)
        if "error" in said:
            raise ClientRaised(said["error"], said["message"], said["status"])
        return said["answer"]


def clean_environment(home: Path) -> dict[str, str]:
    """Variables of a client: a home of its own, telemetry off, and nothing of the test's shell.

    An agent that runs the tests would be noticed by the clients otherwise.
    """
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "MEM0_DIR": str(home / ".mem0"),
        "MEM0_TELEMETRY": "false",
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
    }


@contextmanager
def python_client(name: str, home: Path, server: LiveServer, *, kind: str) -> Iterator[Client]:
    """A client for Python.

    Args:
        name: of its requirements.
        home: an empty folder.
        server: that it talks to.
        kind: `MemoryClient` or `AsyncMemoryClient`.
    """
    command = [str(python_environment(name)), str(CLIENTS / "drive.py")]
    with _driven(command, home, server, kind) as client:
        yield client


@contextmanager
def node_client(name: str, home: Path, server: LiveServer) -> Iterator[Client]:
    """A client for Node.js; `name` is that of its folder with pins."""
    command = ["node", str(CLIENTS / "drive.mjs"), str(node_environment(name))]
    with _driven(command, home, server, "node") as client:
        yield client


@contextmanager
def _driven(command: Sequence[str], home: Path, server: LiveServer, kind: str) -> Iterator[Client]:
    with subprocess.Popen(
        command,
        env=clean_environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield Client(process, server, kind)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
