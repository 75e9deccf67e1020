"""The platform as processes on services of its own, all of it on this machine."""

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.faults import EvaluationError
from evaluation.server_demo import free_port

_ROOT: Final = Path(__file__).resolve().parents[2]
_BIN: Final = Path(sys.executable).parent
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
# Rows that came in within a minute are held in memory, a few thousand a second while filling.
_WEAVIATE_MEMORY: Final = "8GiB"


@contextmanager
def platform(*, vectors: str, open_projects: int) -> Iterator[Mapping[str, str]]:
    """Services with the platform's tables in them, until the block ends.

    Args:
        vectors: `flat` or `hnsw`, as REMEMBRANCER_WEAVIATE_VECTORS takes it.
        open_projects: that each process keeps open.

    Yields:
        The environment that every process of the platform is to have.

    Raises:
        EvaluationError: they don't start.
    """
    with TemporaryDirectory(prefix="remembrancer-speed-") as name:
        folder = Path(name)
        try:
            _services("start", folder, "--weaviate", "1")
            lines = (folder / "environment").read_text(encoding="utf-8").splitlines()
            environment = {
                **{name: value for name, value in os.environ.items() if "DJANGO" not in name},
                **dict(line.split("=", 1) for line in lines),
                "DJANGO_SETTINGS_MODULE": "controlplane.settings.production",
                "PYTHONPATH": os.pathsep.join([str(_ROOT), str(_ROOT / "platform")]),
                "REMEMBRANCER_SECRET_KEY": secrets.token_hex(32),
                "REMEMBRANCER_ALLOWED_HOSTS": "127.0.0.1",
                "REMEMBRANCER_HTTPS_ONLY": "false",
                "REMEMBRANCER_DATA": str(folder / "data"),
                "REMEMBRANCER_LOG_LEVEL": "ERROR",
                "REMEMBRANCER_OPEN_PROJECTS": str(open_projects),
                "REMEMBRANCER_WEAVIATE_VECTORS": vectors,
                "REMEMBRANCER_REQUESTS_PER_MINUTE": "1000000",
                "REMEMBRANCER_PROJECT_REQUESTS_PER_MINUTE": "1000000",
                "REMEMBRANCER_ADDRESS_REQUESTS_PER_MINUTE": "1000000",
            }
            run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], environment)
            yield environment
        finally:
            _services("stop", folder)


@contextmanager
def web(environment: Mapping[str, str]) -> Iterator[str]:
    """The processes that answer requests, as full mode has them, until the block ends.

    Yields:
        Where they answer.

    Raises:
        EvaluationError: they don't start.
    """
    port = free_port()
    words = ["controlplane.wsgi", "-c", "infra/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(  # noqa: S603 - this very project
        [_BIN / "gunicorn", *words], cwd=_ROOT, env=dict(environment), stdout=subprocess.DEVNULL
    ) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base, process)
            yield base
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def run(words: list[str], environment: Mapping[str, str]) -> str:
    """What a command of this project prints.

    Raises:
        EvaluationError: it failed; what it said went to stderr.
    """
    done = subprocess.run(  # noqa: S603 - this very project
        words, cwd=_ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise EvaluationError(f"{' '.join(words[1:])} ended with code {done.returncode}")
    return done.stdout


def _services(*words: str | Path) -> None:
    command = [sys.executable, "infra/services", words[0], *map(str, words[1:])]
    run([*map(str, command)], {"GOMEMLIMIT": _WEAVIATE_MEMORY, **os.environ})


def _wait_for(base: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise EvaluationError(f"the web ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.1)
    raise EvaluationError("the web does not answer")
