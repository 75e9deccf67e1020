"""Postgres and Redis for the tests, as `infra/services` starts them."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
# Where a session of tests that started this one has its services.
FOLDER_VARIABLE: Final = "REMEMBRANCER_TEST_SERVICES"


@dataclass(frozen=True, slots=True)
class Services:
    """Both services, in a folder."""

    folder: Path

    def start(self) -> Self:
        """Start what does not run; a service that can't be had is an error, with the reason."""
        ran = subprocess.run(
            [sys.executable, ROOT / "infra" / "services", "start", self.folder],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return self

    def stop(self) -> None:
        subprocess.run(
            [sys.executable, ROOT / "infra" / "services", "stop", self.folder], check=True
        )

    @property
    def environment(self) -> dict[str, str]:
        lines = (self.folder / "environment").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def redis_url(self) -> str:
        return self.environment["REDIS_URL"]

    def kill_redis(self) -> None:
        pid = (self.folder / "redis" / "pid").read_text(encoding="ascii")
        os.kill(int(pid), signal.SIGKILL)
