"""A server as people start it, in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[3]
_START_SECONDS: Final = 60.0


class LiveServer:
    """`manage.py serve` on a folder of data."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
        self._environment = {**kept, **environment, "REMEMBRANCER_DATA": str(data)}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        """Whatever happened, no process is left."""
        if self._process is not None and self._process.poll() is None:
            self.kill_all()

    def start(self) -> Self:
        log = (self.data.parent / f"{self.data.name}.log").open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "serve", "--port", str(self.port)],
            env=self._environment,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        log.close()
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended: {self.log()[-2000:]}")
            try:
                urllib.request.urlopen(f"{self.base}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"the server did not start: {self.log()[-2000:]}")

    @property
    def key(self) -> str:
        return (self.data / "operator.key").read_text(encoding="ascii").strip()

    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text(encoding="utf-8")

    def workers(self) -> list[int]:
        """The processes that answer and do jobs."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    def kill_all(self) -> None:
        """End everything at once, as kill -9 does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(40)

    def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.base + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Token {self.key if key is None else key}",
                **headers,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
