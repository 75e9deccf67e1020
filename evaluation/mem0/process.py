"""The parent's end of the process that runs mem0."""

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from evaluation.mem0.endpoint import EmbeddingEndpoint, TextEmbedder
from evaluation.mem0.environment import last_lines
from evaluation.mem0.faults import Mem0Failed

CHILD: Final = Path(__file__).with_name("child.py")
_STOP_WORDS: Final = Path(__file__).with_name("bm25")
# Loading spaCy's model on a busy machine; an answer takes well below a second.
_LONGEST_START_SECONDS: Final = 300.0
_LONGEST_ANSWER_SECONDS: Final = 120.0
_END_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one call took, in seconds.

    Attributes:
        total: the package's own call, measured beside it, without the way to it and back.
        embedding: of that, what our embedder took.
    """

    total: float
    embedding: float

    @property
    def own(self) -> float:
        """Without embedding."""
        return self.total - self.embedding


class Mem0Process:
    """mem0 in a process of its own environment, while it is entered."""

    def __init__(
        self,
        python: Path,
        embedder: TextEmbedder,
        *,
        child: Path = CHILD,
        seconds: float = _LONGEST_ANSWER_SECONDS,
    ) -> None:
        """Prepare it; nothing runs yet.

        Args:
            python: the interpreter of mem0's environment.
            embedder: ours, which mem0 embeds with.
            child: what the interpreter runs.
            seconds: how long an answer may take.
        """
        self._python = python
        self._embedder = embedder
        self._child = child
        self._seconds = seconds
        self._endpoint: EmbeddingEndpoint | None = None
        self._errors: IO[str] | None = None
        self._running: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it says that it is set up fairly.

        Raises:
            Mem0Failed: it can't be started, or a signal of the package is off.
        """
        try:
            self._endpoint = EmbeddingEndpoint(self._embedder).__enter__()
            self._start()
            setup = {
                "endpoint": self._endpoint.base_url,
                "dimensions": self._embedder.dimensions,
                "stop_words": str(_STOP_WORDS),
            }
            self._ask(setup, seconds=max(self._seconds, _LONGEST_START_SECONDS))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def add(self, text: str, *, user: str, client_id: str) -> Spent:
        """Store one turn verbatim.

        Raises:
            Mem0Failed: the package failed, or went on without a signal.
        """
        _, spent = self._timed({"do": "add", "user": user, "id": client_id, "text": text})
        return spent

    def search(self, question: str, *, user: str, top_k: int) -> tuple[Sequence[str], Spent]:
        """Client ids of what answers a question, best first.

        Raises:
            Mem0Failed: the package failed, or went on without a signal.
        """
        answer, spent = self._timed(
            {"do": "search", "user": user, "question": question, "top_k": top_k}
        )
        ids = answer["ids"]
        if not isinstance(ids, list):
            raise Mem0Failed(f"mem0 answered with {ids!r} in place of ids")
        return [str(each) for each in ids], spent

    def _timed(self, command: Mapping[str, object]) -> tuple[Mapping[str, object], Spent]:
        endpoint = self._endpoint
        if endpoint is None:
            raise Mem0Failed("mem0's process is not running: enter it first")
        before = endpoint.seconds
        answer = self._ask(command, seconds=self._seconds)
        spent = Spent(total=float(str(answer["seconds"])), embedding=endpoint.seconds - before)
        return answer, spent

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see _end
        try:
            self._running = subprocess.Popen(  # noqa: S603 - the interpreter that we made
                [self._python, "-I", self._child],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
                env=_surroundings(),
            )
        except OSError as error:
            raise Mem0Failed(f"{self._python} can't be run: {error}") from error

    def _ask(self, command: Mapping[str, object], *, seconds: float) -> Mapping[str, object]:
        running = self._running
        if running is None or running.stdin is None or running.stdout is None:
            raise Mem0Failed("mem0's process is not running: enter it first")
        try:
            running.stdin.write(json.dumps(command) + "\n")
            running.stdin.flush()
        except OSError as error:
            raise Mem0Failed(self._why_it_ended()) from error
        if not select.select([running.stdout], [], [], seconds)[0]:
            raise Mem0Failed(f"mem0 gave no answer within {seconds:g} s")
        line = running.stdout.readline()
        if not line:
            raise Mem0Failed(self._why_it_ended())
        return _read(line)

    def _why_it_ended(self) -> str:
        if self._running is None or self._errors is None:
            return "mem0's process was never started"
        code = self._running.wait(_END_SECONDS)
        self._errors.seek(0)
        return f"mem0's process ended with code {code}:\n{last_lines(self._errors.read())}"

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            # The child ends by itself, and clears its files away, once nobody asks any more. One
            # that is gone already can't be told what is still unsent.
            with running:
                if running.stdin is not None:
                    with suppress(BrokenPipeError):
                        running.stdin.close()
                try:
                    running.wait(_END_SECONDS)
                except subprocess.TimeoutExpired:
                    running.kill()
        if self._errors is not None:
            self._errors.close()
            self._errors = None
        if self._endpoint is not None:
            self._endpoint.__exit__(None, None, None)
            self._endpoint = None


def _read(line: str) -> Mapping[str, object]:
    try:
        answer = json.loads(line)
    except json.JSONDecodeError as error:
        raise Mem0Failed(f"mem0's process wrote {line[:200]!r} in place of an answer") from error
    if not isinstance(answer, dict):
        raise Mem0Failed(f"mem0's process wrote {line[:200]!r} in place of an answer")
    if "error" in answer:
        raise Mem0Failed(f"mem0: {answer['error']}")
    return answer


def _surroundings() -> dict[str, str]:
    """This process's environment without what leads the package's clients elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(("OPENAI_", "MEM0_"))
    }
    return kept | {"MEM0_TELEMETRY": "false", "HF_HUB_OFFLINE": "1"}
