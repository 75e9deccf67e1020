"""Where the programs lie that Postgres and Redis need, installed where they can be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from service_kinds.processes import Refused

_PACKAGES = ("postgresql", "redis-server")
_ADVICE = (
    "install Postgres and Redis (on Debian: apt-get install postgresql redis-server; "
    "on macOS: brew install postgresql@17 redis)"
)


def program(name: str, *others: str) -> str | None:
    """Where a program lies; None if it is nowhere that it usually is."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent.name, reverse=True
    )
    brew = [Path("/opt/homebrew/bin"), Path("/usr/local/bin"), Path("/usr/local/sbin")]
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, [*places, *brew])])
    for each in (name, *others):
        found = shutil.which(each, path=path)
        if found:
            return found
    return None


def _programs() -> dict[str, str | None]:
    return {
        "initdb": program("initdb"),
        "pg_ctl": program("pg_ctl"),
        "redis": program("redis-server", "valkey-server"),
    }


def _missing(programs: dict[str, str | None]) -> list[str]:
    return [name for name, path in programs.items() if path is None]


def found_programs() -> dict[str, str]:
    """Paths of `initdb`, `pg_ctl` and `redis`.

    Raises:
        Refused: they are missing and can't be installed.
    """
    found = _programs()
    if _missing(found):
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            missing = ", ".join(_missing(found))
            raise Refused(f"these programs are missing: {missing}; {_ADVICE}")
        _install()
        found = _programs()
        if _missing(found):
            raise Refused(f"{' and '.join(_PACKAGES)} are installed, but lack programs; {_ADVICE}")
    return {name: path for name, path in found.items() if path}


def _install() -> None:
    print(f"services: installing {' and '.join(_PACKAGES)}", file=sys.stderr)
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        # Debian's scripts start no service in it.
        "RUNLEVEL": "1",
    }
    wait = "-oDPkg::Lock::Timeout=300"
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *_PACKAGES]):
        ran = subprocess.run(
            ["apt-get", wait, "--quiet", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            said = (ran.stderr or ran.stdout).strip()[-1500:]
            raise Refused(f"apt-get {words[0]} failed; {_ADVICE}. It said:\n{said}")
