"""How far a long piece of work is, on stderr."""

import sys
from typing import TextIO


class Progress:
    """One line that moves on a terminal, a line every tenth elsewhere; on stderr."""

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = max(total, 1)
        self._stream = stream or sys.stderr
        self._shown = -1

    def show(self, done: int) -> None:
        """Say how far it is."""
        share = done * 10 // self._total
        if self._stream.isatty():
            end = "\n" if done >= self._total else ""
            print(f"\r{self._what}: {done}/{self._total}", end=end, file=self._stream, flush=True)
        elif share > self._shown:
            print(f"{self._what}: {done}/{self._total}", file=self._stream, flush=True)
        self._shown = share
