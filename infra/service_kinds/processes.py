"""Programs that are run to their end, and processes that go on."""

import contextlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

START_SECONDS = 30
_STOP_SECONDS = 20
_MOST_SAID = 1500


class Refused(Exception):
    """It can't be done, and why."""


def private(path: str, flags: int) -> int:
    """Opens a file that only its owner reads."""
    return os.open(path, flags, 0o600)


def run(
    words: Iterable[object],
    *,
    account: str | None = None,
    environment: dict[str, str] | None = None,
    check: bool = True,
) -> int:
    """Run a program, as another account where one is named, and give its exit code.

    Raises:
        Refused: it failed, with what it said.
    """
    called = [str(word) for word in words]
    group = pwd.getpwnam(account).pw_gid if account else None
    # Into a file: a server that the program leaves running would keep a pipe open.
    with tempfile.TemporaryFile() as said:
        code = subprocess.run(
            called,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            env=environment,
            check=False,
            user=account,
            group=group,
            extra_groups=[] if account else None,
        ).returncode
        if code and check:
            said.seek(0)
            text = said.read().decode("utf-8", "replace").strip()[-_MOST_SAID:]
            raise Refused(f"{Path(called[0]).name} failed with {code}:\n{text}")
    return code


def last_words(log: Path) -> str:
    """The end of what a service wrote to its log; empty if it wrote none."""
    return log.read_text(encoding="utf-8")[-_MOST_SAID:] if log.exists() else ""


def command_of(pid: int) -> str:
    """How a process that runs was called; empty if it does not."""
    # -ww: however few COLUMNS the environment says there are.
    ran = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "" if "<defunct>" in ran.stdout else ran.stdout.strip()


def process_in(path: Path, words: str) -> int | None:
    """The process id in the first line of a file; None if none runs that was called so."""
    try:
        pid = int(path.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if words in command_of(pid) else None


def end(pids: Iterable[int], name: str) -> None:
    """End processes, first by asking.

    Raises:
        Refused: one of them goes on.
    """
    left = list(pids)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + _STOP_SECONDS / 2
        while time.monotonic() < until:
            left = [pid for pid in left if command_of(pid)]
            if not left:
                return
            time.sleep(0.05)
    raise Refused(f"{name} (process {left[0]}) does not end")
