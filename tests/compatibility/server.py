"""A server in embedded mode as a user starts it, whose e-mail goes to a folder."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx

ROOT: Final = Path(__file__).resolve().parents[2]
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 15
_LOOKED_EVERY_SECONDS: Final = 0.05
_LINES_OF_LOG: Final = 30
# What a shell of the test's may have set, and must not reach the server.
_OURS: Final = ("REMEMBRANCER_", "DJANGO_", "EMAIL_", "DATABASE_", "REDIS_")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody who logged in on a command line gets: everything in a project of their own."""

    email: str
    api_key: str
    org_id: str
    project_id: str


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server that is up.

    Attributes:
        base: its address, without a slash at the end.
        operator_key: opens the project that it was set up with.
        mail: the folder that its e-mail goes to.
    """

    base: str
    operator_key: str
    mail: Path

    def log_in(self) -> Key:
        """A new person, with a code from their e-mail."""
        email = f"{uuid4().hex}@example.org"
        self._post("/api/v1/auth/email_code/", {"email": email})
        proof: dict[str, object] = {"email": email, "code": self.code_for(email)}
        said = self._post("/api/v1/auth/email_code/verify/", proof)
        return Key(email, said["api_key"], said["org_id"], said["project_id"])

    def code_for(self, email: str) -> str:
        """The code in the newest e-mail to an address."""
        # Letters of the same second may lie in one file.
        files = sorted(self.mail.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        for file in reversed(files):
            _, addressed, letter = file.read_text(encoding="utf-8").rpartition(f"To: {email}\n")
            code = re.search(r"code is (\d+)", letter)
            if addressed and code:
                return code[1]
        raise AssertionError(f"no code was mailed to {email}")

    def add(self, api_key: str, text: str, **owner: str) -> str:
        """Store a text as it is, past any client; its id."""
        body = {"messages": text, "infer": False, **owner}
        said = self._post("/v3/memories/add/", body, api_key)
        id_: str = said["results"][0]["id"]
        return id_

    def texts(self, api_key: str, **filters: str) -> list[str]:
        """The texts of somebody's memories, past any client, in the order of the alphabet."""
        said = self._post("/v3/memories/", {"filters": filters}, api_key)
        return sorted(each["memory"] for each in said["results"])

    def _post(self, path: str, body: dict[str, object], api_key: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Token {api_key}"} if api_key else {}
        answer = httpx.post(self.base + path, json=body, headers=headers, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text
        said: dict[str, Any] = answer.json()
        return said


@contextmanager
def live_server(folder: Path) -> Iterator[LiveServer]:
    """A server whose files all lie in a folder; stopped at the end."""
    mail, data, log = folder / "mail", folder / "data", folder / "server.log"
    mail.mkdir()
    port = _free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_OURS)
    } | {
        "REMEMBRANCER_DATA": str(data),
        "REMEMBRANCER_CODES_PER_ADDRESS_PER_DAY": "1000",
        "REMEMBRANCER_AGENTS_PER_ADDRESS_PER_DAY": "1000",
        "REMEMBRANCER_AGENTS_PER_NETWORK_PER_DAY": "1000",
        # A fourth slash, as the first of the path is dropped by django-environ.
        "EMAIL_URL": f"filemail:///{mail}",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(base, process, log)
        key = (data / "operator.key").read_text(encoding="ascii").strip()
        yield LiveServer(base, key, mail)
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(base: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{base}/healthz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(_LOOKED_EVERY_SECONDS)
    tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-_LINES_OF_LOG:])
    raise AssertionError(f"the server did not come up; its log ends in:\n{tail}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def eventually(
    ask: Callable[[], Answer], *, until: Callable[[Answer], bool] = bool, seconds: float = 30
) -> Answer:
    """The first answer that will do: what is added is learned in the background."""
    end = time.monotonic() + seconds
    answer = ask()
    while not until(answer):
        assert time.monotonic() < end, f"after {seconds} s it is still {answer!r}"
        time.sleep(_LOOKED_EVERY_SECONDS)
        answer = ask()
    return answer
