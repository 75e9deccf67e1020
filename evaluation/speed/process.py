"""What only a fresh process can say: what it holds in memory, and how long its first answer takes.

    python -m evaluation.speed.process remember FILE --memories N
    python -m evaluation.speed.process ask FILE --memories N

Prints one JSON object.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.faults import EvaluationError
from evaluation.speed.corpus import questions, sessions, talk

USER: Final = "u0"
_QUESTIONS: Final = 20
_MEGABYTE: Final = 1_000_000


def in_fresh_process(does: str, path: Path, *, memories: int) -> Mapping[str, float]:
    """Run this module's command in a process of its own.

    Raises:
        EvaluationError: it failed; the words end in its own.
    """
    command = [sys.executable, "-m", __name__, does, str(path), "--memories", str(memories)]
    done = subprocess.run(  # noqa: S603 - this very module
        command, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise EvaluationError(f"{' '.join(command[2:])} ended with code {done.returncode}")
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def remember(path: Path, memories: int) -> Mapping[str, float]:
    """Add a talk a session at a time, each turn verbatim a memory; search; say what is held."""
    from memories import Memory  # noqa: PLC0415 - `ask` times the import

    turns = list(talk(memories, seed=USER))
    started = time.perf_counter()
    with Memory(path) as memory:
        scope = memory.scope(user=USER)
        for session in sessions(turns):
            memory.add([turn.as_message() for turn in session], scope=scope, infer=False)
        seconds = time.perf_counter() - started
        for question in questions(turns, _QUESTIONS):
            memory.search(question, scope=scope)
        stats = memory.stats()
        held = resident_megabytes()
    return {
        "resident_mb": held,
        "ingest_s": seconds,
        "memories": stats.memories,
        "messages": stats.messages,
    }


def ask(path: Path, memories: int) -> Mapping[str, float]:
    """Open a file and search it; say what each first step took, and what is held then."""
    asked = questions(list(talk(memories, seed=USER)), _QUESTIONS)
    # Not a part of what the library holds: the talk is long gone by then.
    started = time.perf_counter()
    from memories import Memory  # noqa: PLC0415 - timed

    imported = time.perf_counter()
    with Memory(path) as memory:
        opened = time.perf_counter()
        memory.search(asked[0], scope=memory.scope(user=USER))
        answered = time.perf_counter()
        for question in asked[1:]:
            memory.search(question, scope=memory.scope(user=USER))
        held = resident_megabytes()
    return {
        "resident_mb": held,
        "import_ms": (imported - started) * 1000,
        "open_ms": (opened - imported) * 1000,
        "first_search_ms": (answered - opened) * 1000,
    }


def resident_megabytes() -> float:
    """What this process holds in memory; on macOS, the most that it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command and print what it measured."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.speed.process")
    parser.add_argument("does", choices=("remember", "ask"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--memories", type=int, required=True)
    given = parser.parse_args(arguments)
    measure = remember if given.does == "remember" else ask
    print(json.dumps(measure(given.path, given.memories)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
