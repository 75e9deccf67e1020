"""Environments of the released clients: each made once, from pins with hashes, apart from ours."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evaluation.mem0.environment import cache_folder, last_lines, run_python

CLIENTS: Final = Path(__file__).with_name("clients")
_INSTALL_SECONDS: Final = 600
_OLDEST_NODE: Final = 20
_INSTALL_NODE: Final = (
    f"The clients for Node.js are tested too: install Node.js {_OLDEST_NODE} or newer and npm "
    "(nodejs and npm in most package managers), and have both on PATH."
)


class EnvironmentMissing(Exception):
    """An environment can't be made, and why."""


def python_environment(name: str) -> Path:
    """The interpreter of an environment that holds a Python client.

    Args:
        name: of its requirements in `clients`, without the ending.

    Raises:
        Mem0Failed: the installation failed; the words end in the installer's own.
    """
    pins = CLIENTS / f"{name}.txt"

    def make(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        # No source distribution: building one would run code that no hash in the file covers.
        pinned = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(pins)]
        installer = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        run_python(folder / "bin" / "python", [*installer, *pinned], seconds=_INSTALL_SECONDS)

    made_for = f"{sys.version_info[:2]} {sys.platform}"
    return _made_once(name, pins.read_bytes(), made_for, make) / "bin" / "python"


def node_environment(name: str) -> Path:
    """The folder of an environment that holds a client for Node.js, in its `node_modules`.

    Args:
        name: of the folder in `clients` with its `package-lock.json`.

    Raises:
        EnvironmentMissing: there is no Node.js of a supported version, or npm failed.
    """
    version, pins = node_version(), CLIENTS / name

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(pins / file, folder)
        _install_for_node(folder)

    lock = (pins / "package-lock.json").read_bytes()
    return _made_once(name, lock, f"node {version} {sys.platform}", make)


def node_version() -> int:
    """The first part of the version of the machine's Node.js.

    Raises:
        EnvironmentMissing: there is none, or it is too old.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise EnvironmentMissing(f"node or npm is not found. {_INSTALL_NODE}")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    version = int(said.strip().removeprefix("v").partition(".")[0])
    if version < _OLDEST_NODE:
        raise EnvironmentMissing(f"node is {said.strip()}. {_INSTALL_NODE}")
    return version


def _install_for_node(folder: Path) -> None:
    # Scripts of packages are not run. Peers, which are drivers of databases that no client of a
    # server loads, are left out.
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--legacy-peer-deps", *quiet],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INSTALL_SECONDS,
    )
    if done.returncode != 0:
        raise EnvironmentMissing(f"npm ci failed for {folder.name}:\n{last_lines(done.stderr)}")


def _made_once(name: str, pins: bytes, made_for: str, make: Callable[[Path], None]) -> Path:
    """The environment's folder. What was begun and not finished is made anew."""
    digest = hashlib.sha256(pins + made_for.encode()).hexdigest()[:12]
    folder = cache_folder().with_name("compatibility") / f"{name}-{digest}"
    ready = folder / "ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_name(f"{folder.name}.lock")):
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            ready.touch()
    return folder


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time makes the environment; others wait for it."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
