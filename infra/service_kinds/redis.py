"""Redis, or Valkey where that is what there is."""

import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from service_kinds.processes import (
    START_SECONDS,
    Refused,
    end,
    last_words,
    private,
    process_in,
    run,
)


@dataclass(frozen=True)
class Redis:
    """One server that keeps what it has in a folder."""

    place: str
    port: int
    password: str
    program: str

    @classmethod
    def chosen(cls, folder: Path, port: int, programs: dict[str, str]) -> "Redis":
        """A new one that will lie and listen there."""
        return cls(
            place=str(folder / "redis"),
            port=port,
            password=secrets.token_hex(16),
            program=programs["redis"],
        )

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which it is found."""
        return {"REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.port}/0"}

    @property
    def _pid(self) -> int | None:
        return process_in(Path(self.place) / "pid", f":{self.port}")

    def start(self) -> None:
        """Start it unless it runs; it then answers."""
        if self._pid:
            return
        place = Path(self.place)
        place.mkdir(mode=0o700, exist_ok=True)
        lines = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": place,
            "daemonize": "yes",
            "pidfile": place / "pid",
            "logfile": place / "log",
            "requirepass": self.password,
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        settings = place / "redis.conf"
        with open(settings, "w", encoding="utf-8", opener=private) as file:
            file.writelines(f"{name} {value}\n" for name, value in lines.items())
        run([self.program, settings])
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > until:
                said = last_words(place / "log")
                raise Refused(f"Redis does not answer. It said:\n{said}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        """True once it takes commands."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as stream:
                stream.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while b"PONG" not in said:
                    part = stream.recv(1000)
                    if not part or part.startswith(b"-"):
                        return False
                    said += part
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it and remove what it kept."""
        if self._pid:
            end([self._pid], "Redis")
        shutil.rmtree(self.place, ignore_errors=True)
