"""What starts where, and what does not start at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.settings.test_environment import GOOD, ROOT

_CELERY = str(Path(sys.executable).parent / "celery")


def start(*words: str, without: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
    environment = {name: value for name, value in (kept | GOOD).items() if name != without}
    return subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_server_of_one_process_is_not_started_for_several() -> None:
    ran = start(sys.executable, "manage.py", "serve")
    assert ran.returncode == 1
    assert "gunicorn controlplane.wsgi -c infra/gunicorn.conf.py" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        (sys.executable, "-c", "import controlplane.wsgi"),
        (_CELERY, "-A", "workers.celery", "worker"),
        (_CELERY, "-A", "workers.celery", "beat"),
    ],
    ids=["web", "worker", "beat"],
)
def test_nothing_of_full_mode_starts_without_redis(words: tuple[str, ...]) -> None:
    ran = start(*words, without="REDIS_URL")
    assert ran.returncode != 0
    assert "remembrancer.E005" in ran.stderr
