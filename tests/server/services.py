"""Postgres, Redis and Weaviate for the tests, as `infra/services` starts them."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypedDict

ROOT: Final = Path(__file__).resolve().parents[2]
# Where a session of tests that started this one has its services.
FOLDER_VARIABLE: Final = "REMEMBRANCER_TEST_SERVICES"


class Node(TypedDict):
    """One node of Weaviate: its process, and the ports that it is asked on."""

    name: str
    pid: int
    http: int
    grpc: int


@dataclass(frozen=True, slots=True)
class Services:
    """All services, in a folder; without Weaviate unless nodes of it are asked for."""

    folder: Path
    weaviate: int = 0

    def start(self) -> Self:
        """Start what does not run; a service that can't be had is an error, with the reason."""
        nodes = ("--weaviate", str(self.weaviate))
        ran = subprocess.run(
            [sys.executable, ROOT / "infra" / "services", "start", self.folder, *nodes],
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

    @property
    def weaviate_url(self) -> str:
        return self.environment["REMEMBRANCER_WEAVIATE_URL"]

    @property
    def nodes(self) -> dict[str, Node]:
        """The nodes of Weaviate, by name."""
        text = (self.folder / "weaviate" / "nodes.json").read_text(encoding="utf-8")
        listed: list[Node] = json.loads(text)
        return {node["name"]: node for node in listed}

    def kill_node(self, name: str) -> None:
        os.kill(self.nodes[name]["pid"], signal.SIGKILL)
