"""The whole of full mode as processes: gunicorn, a Celery worker, beat, on real services."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from tests.server.services import ROOT, Services

_BIN: Final = Path(sys.executable).parent
_START_SECONDS: Final = 60.0
WEB_PROCESSES: Final = 2
# Requests of one key in a minute.
KEY_REQUESTS: Final = 100_000


class Fleet:
    """Processes of one server, each of which can be killed and started again."""

    def __init__(self, folder: Path, services: Services, **environment: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
        self.environment = {
            **kept,
            **services.environment,
            "DJANGO_SETTINGS_MODULE": "controlplane.settings.production",
            "REMEMBRANCER_SECRET_KEY": secrets.token_hex(32),
            "REMEMBRANCER_ALLOWED_HOSTS": "127.0.0.1",
            "REMEMBRANCER_HTTPS_ONLY": "false",
            "REMEMBRANCER_DATA": str(folder / "data"),
            "REMEMBRANCER_JOB_THREADS": "2",
            "REMEMBRANCER_JOB_LEASE_SECONDS": "5",
            "REMEMBRANCER_LOG_LEVEL": "WARNING",
            # Tests ask again and again whether something is so.
            "REMEMBRANCER_REQUESTS_PER_MINUTE": str(KEY_REQUESTS),
            "REMEMBRANCER_PROJECT_REQUESTS_PER_MINUTE": "1000000",
            "REMEMBRANCER_ADDRESS_REQUESTS_PER_MINUTE": "1000000",
            **environment,
        }
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self.key = ""

    def start(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        key_file = self.manage("operator_key").strip()
        self.key = Path(key_file).read_text(encoding="ascii").strip()
        self.start_web()
        self.start_worker()
        self.start_beat()
        return self

    def start_web(self) -> None:
        self.run(
            "web",
            *("gunicorn", "controlplane.wsgi", "-c", str(ROOT / "infra" / "gunicorn.conf.py")),
            *("--bind", f"127.0.0.1:{self.port}"),
            # Which process answered which request.
            *("--access-logfile", str(self.answered), "--access-logformat", "%(p)s %(s)s"),
        )
        self.wait_until(lambda: self.ask("GET", "/v1/ping/")[0] == 200, "the web answers")

    def start_worker(self) -> None:
        self.run("worker", "celery", "-A", "workers.celery", "worker")

    def start_beat(self) -> None:
        self.run("beat", "celery", "-A", "workers.celery", "beat")

    @property
    def answered(self) -> Path:
        return self.folder / "answered.log"

    def processes_that_answered(self) -> set[str]:
        lines = self.answered.read_text(encoding="ascii").splitlines()
        return {line.split()[0] for line in lines}

    def run(self, name: str, *words: str) -> None:
        """Start a process group under a name."""
        with (self.folder / f"{name}.log").open("a", encoding="utf-8") as log:
            self._processes[name] = subprocess.Popen(
                [str(_BIN / words[0]), *words[1:]],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process and its children at once, as kill -9 does."""
        os.killpg(self._processes[name].pid, signal.SIGKILL)
        self._processes.pop(name).wait(10)

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(60)
        self._processes.clear()

    def logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(encoding='utf-8')[-2000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )

    def wait_until(self, is_so: Callable[[], bool], what: str, *, seconds: float = 60.0) -> float:
        """Seconds until it is so."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            for name, process in self._processes.items():
                assert process.poll() is None, f"{name} ended\n{self.logs()}"
            try:
                if is_so():
                    return time.monotonic() - started
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} seconds: {what}\n{self.logs()}")

    def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and body of the answer."""
        status, _, said = self.answer(method, path, body, key=key, **headers)
        return status, said

    def answer(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers and body of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
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
                return response.status, dict(response.headers), json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.loads(error.read() or b"null")

    def add(self, text: str, user: str) -> str:
        """The event of an add."""
        status, said = self.ask("POST", "/v3/memories/add/", {"messages": text, "user_id": user})
        assert status == 200, said
        return str(said["event_id"])

    def status_of(self, event_id: str) -> str:
        return str(self.ask("GET", f"/v1/event/{event_id}/")[1]["status"])

    def texts_of(self, user: str) -> list[str]:
        """Every memory of a user."""
        texts: list[str] = []
        page = 1
        while page:
            path = f"/v3/memories/?page={page}&page_size=200"
            _, listed = self.ask("POST", path, {"filters": {"user_id": user}})
            texts += [each["memory"] for each in listed["results"]]
            page = page + 1 if listed["next"] else 0
        return texts

    def manage(self, *words: str, **environment: str) -> str:
        """What a command of manage.py prints, in that environment where it differs."""
        code, said, why = self.try_to_manage(*words, **environment)
        assert code == 0, why
        return said

    def try_to_manage(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Exit code and words of a command of manage.py, on either stream."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout, ran.stderr
