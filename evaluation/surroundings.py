"""What a run was made with: versions, machine and state of the code."""

import functools
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from evaluation.files import Json

ROOT: Final = Path(__file__).resolve().parents[1]


def surroundings() -> dict[str, Json]:
    """Version, commit (None without a repository), whether it was changed, Python and machine."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {
        "version": metadata.version("remembrancer"),
        "commit": commit,
        "changed_since_commit": None if commit is None else bool(changed),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cpu_count": os.cpu_count(),
    }


@functools.cache
def _git(*arguments: str) -> str | None:
    """What git said of this tree when it was first asked; None without git or a repository."""
    command = ["git", "-c", "safe.directory=*", *arguments]
    try:
        return subprocess.run(  # noqa: S603 - fixed words
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def fingerprint_of(places: Iterable[str]) -> str:
    """SHA-256 of files of this tree.

    Args:
        places: files, and folders whose files count, as paths in the repository.
    """
    digest = hashlib.sha256()
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
