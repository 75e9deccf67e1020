"""Where Weaviate's server comes from: a binary, made once for this machine, or its image."""

import contextlib
import fcntl
import lzma
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service_kinds.processes import Refused, run
from service_kinds.programs import program

VERSION = "1.38.11"
_IMAGE = f"docker.io/semitechnologies/weaviate:{VERSION}"
_MODULE = f"github.com/weaviate/weaviate/cmd/weaviate-server@v{VERSION}"
_NAME = f"weaviate-server-{VERSION}"
# What its go.mod asks for.
_OLDEST_GO = (1, 26)
_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A program that runs one node: the server itself, or docker or podman with its image."""

    program: str
    is_container: bool = False

    def words(self, node: str, folder: Path, settings: dict[str, str]) -> list[str]:
        """How a node is started, with the settings in the environment."""
        if not self.is_container:
            return [self.program]
        # Podman without root maps its root to whoever calls; docker's root would own the files.
        is_podman = Path(self.program).name == "podman"
        user = [] if is_podman else ["--user", f"{os.getuid()}:{os.getgid()}"]
        return [
            *(self.program, "run", "--rm", "--name", node, "--network", "host", *user),
            *("--volume", f"{folder}:{folder}"),
            *(word for name in settings for word in ("--env", name)),
            _IMAGE,
        ]

    def clear(self, node: str) -> None:
        """Remove the container of a node that goes on without the program that started it."""
        if self.is_container:
            run([self.program, "rm", "--force", node], check=False)


def found_server() -> Server:
    """The server, built if it must be: that takes some minutes, once.

    Raises:
        Refused: there is none, and nothing to make it with.
    """
    given = os.environ.get("REMEMBRANCER_WEAVIATE_BIN")
    if given:
        if not os.access(given, os.X_OK) or Path(given).is_dir():
            raise Refused(f"REMEMBRANCER_WEAVIATE_BIN is no program that can be run: {given}")
        return Server(str(Path(given).absolute()))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "remembrancer"
    binary = cache / _NAME
    if not binary.exists():
        seed, go = _seed(), _go()
        if not seed and not go:
            return _container()
        with _alone(cache):
            if not binary.exists():
                _make(binary, seed, go)
    return Server(str(binary))


def _seed() -> Path | None:
    """A packed binary for this machine in the folder that checkouts share; None without one."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return None
    folder = os.environ.get("REMEMBRANCER_SEED_FOLDER") or _CHECKOUT.parent / "shared" / "bin"
    packed = Path(folder) / f"{_NAME}-linux-amd64.xz"
    return packed if packed.is_file() else None


def _go() -> str | None:
    """A Go that is new enough; None without one."""
    go = program("go")
    if go is None:
        return None
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False)
    version = re.match(r"go(\d+)\.(\d+)", said.stdout)
    return go if version and (int(version[1]), int(version[2])) >= _OLDEST_GO else None


def _container() -> Server:
    for name in ("docker", "podman") if sys.platform == "linux" else ():
        path = program(name)
        # It may be there without the service that it asks.
        if path and run([path, "info"], check=False) == 0:
            return Server(path, is_container=True)
    oldest = ".".join(map(str, _OLDEST_GO))
    raise Refused(
        f"there is no Weaviate {VERSION}: install Go {oldest} or newer, which builds it once; or, "
        "on Linux, have docker or podman run; or set REMEMBRANCER_WEAVIATE_BIN to a "
        "weaviate-server; or leave it out with --weaviate 0"
    )


@contextlib.contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Only one process at a time makes the binary."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (cache / f"{_NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(binary: Path, seed: Path | None, go: str | None) -> None:
    """Unpack or build the binary; it is there whole or not at all."""
    prefix = f"{binary.name}-"
    for left in binary.parent.glob(f"{prefix}*"):
        # Of a process that was killed.
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=binary.parent, prefix=prefix) as folder:
        made = Path(folder) / "weaviate-server"
        if seed:
            _unpack(seed, made)
        else:
            _build(str(go), folder)
        made.replace(binary)


def _unpack(seed: Path, made: Path) -> None:
    print(f"services: unpacking Weaviate {VERSION}", file=sys.stderr)
    try:
        with lzma.open(seed) as packed, made.open("wb") as file:
            shutil.copyfileobj(packed, file)
    except (lzma.LZMAError, EOFError) as error:
        raise Refused(f"{seed} is damaged: {error}") from None
    made.chmod(0o755)


def _build(go: str, folder: str) -> None:
    print(
        f"services: building Weaviate {VERSION} with Go, once; "
        "on two cores it takes 4 to 9 minutes",
        file=sys.stderr,
    )
    words = [go, "install", "-trimpath", "-ldflags=-s -w", _MODULE]
    run(words, environment={**os.environ, "GOBIN": folder})
