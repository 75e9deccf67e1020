"""The systems whose finds are handed to the reader, each asked for a context of so many tokens."""

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from evaluation.answering.prices import BYTES_PER_TOKEN, tokens_in
from evaluation.baselines import PlainRanker, speeches
from evaluation.datasets import Asked, Case
from evaluation.progress import Progress
from evaluation.ranker import Ranker
from evaluation.remembering import messages_of, scope_of, turn_ids
from evaluation.walk import turn_id, walk
from memories import Embedder, Memory

# Tokens of a context; None hands over everything.
Budget: TypeAlias = int | None
# Hits of ours that count as found at all, and turns of a baseline's.
_TOP_K: Final = 100
_RANKED: Final = {"bm25": 1000, "mem0": 200}
_UNDATED: Final = "undated"
_WARM_UP: Final = "Is anything known?"


@dataclass(frozen=True, slots=True)
class Found:
    """What is handed to the reader.

    Attributes:
        text: the context.
        tokens: that it has, at 3.6 bytes a token.
        inside: client ids of the turns that it holds.
        ranked: client ids of the turns that were found at all, best first.
        is_empty: whether nothing was found.
        milliseconds: that finding it took.
    """

    text: str
    tokens: int
    inside: tuple[str, ...]
    ranked: tuple[str, ...]
    is_empty: bool
    milliseconds: float


class Finder(Protocol):
    """A system that remembers one conversation after the other and finds in the last one."""

    def remember(self, case: Case) -> None:
        """Take in a conversation."""
        ...

    def find(self, question: Asked, budgets: Sequence[Budget]) -> Mapping[Budget, Found]:
        """A context for each budget."""
        ...


class OwnFinder:
    """This library: a file a conversation, kept, so that a run that goes on learns nothing twice.

    Its sessions are added as jobs, which are done once.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """Take the folder that the files lie in, made if it is missing."""
        self._embedder = embedder
        self._folder = folder
        self._memory: Memory | None = None
        self._turn_of: Mapping[str, str] = {}

    def remember(self, case: Case) -> None:
        """Add what is not there yet, session by session."""
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(case.conversation.id.encode()).hexdigest()[:24]
        self._memory = Memory(self._folder / f"{name}.db", embedder=self._embedder)
        progress, done = Progress(f"{case.conversation.id} remembering", case.turns), 0
        for session in case.conversation.sessions:
            scope = scope_of(self._memory, case.conversation, session)
            self._memory.add(messages_of(session), scope=scope, job_id=session.id)
            done += len(session.turns)
            progress.show(done)
        self._scope = scope_of(self._memory, case.conversation)
        self._turn_of = turn_ids(self._memory)
        # The model and the file's pages are read in before anything is timed.
        self._memory.search(_WARM_UP, scope=self._scope)

    def find(self, question: Asked, budgets: Sequence[Budget]) -> Mapping[Budget, Found]:
        """What `context` packs; `search` says what was found at all."""
        memory = self._opened
        hits = memory.search(
            question.text, scope=self._scope, top_k=_TOP_K, reference_time=question.at
        )
        ranked = tuple(dict.fromkeys(turn_id(message) for message in walk(hits)))
        found: dict[Budget, Found] = {}
        for budget in budgets:
            if budget is None:
                raise ValueError("a context needs a budget")
            started = time.perf_counter()
            context = memory.context(
                question.text, scope=self._scope, max_tokens=budget, reference_time=question.at
            )
            found[budget] = Found(
                text=context.text,
                tokens=context.tokens,
                inside=tuple(self._turn_of[each] for each in context.message_ids),
                ranked=ranked,
                is_empty=not context.hits,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
        return found

    @property
    def _opened(self) -> Memory:
        if self._memory is None:
            raise ValueError("let it remember a conversation first")
        return self._memory

    def close(self) -> None:
        """Close the file that is open."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None


class RankingFinder:
    """Whole turns as a ranker has them, best first as long as they fit, in the order of time."""

    def __init__(self, opens: Callable[[], Ranker], ranked: int) -> None:
        """Take what makes a ranker, anew for each conversation, and how many turns it is asked for.

        Args:
            opens: gives a ranker that has remembered nothing.
            ranked: turns.
        """
        self._opens = opens
        self._ranked = ranked

    def remember(self, case: Case) -> None:
        """Let a new ranker remember the conversation."""
        self._ranker = self._opens()
        self._ranker.remember(case.conversation)
        self._lines = lines_of(case)

    def find(self, question: Asked, budgets: Sequence[Budget]) -> Mapping[Budget, Found]:
        """The best turns that fit."""
        started = time.perf_counter()
        ranked = tuple(self._ranker.rank(question.text, self._ranked))
        milliseconds = (time.perf_counter() - started) * 1000
        return {budget: packed(self._lines, ranked, budget, milliseconds) for budget in budgets}


class WholeFinder:
    """The whole conversation, whatever is asked."""

    def remember(self, case: Case) -> None:
        """Write it down."""
        self._lines = lines_of(case)

    def find(self, question: Asked, budgets: Sequence[Budget]) -> Mapping[Budget, Found]:
        """All of it."""
        del question
        return {budget: packed(self._lines, tuple(self._lines), budget, 0.0) for budget in budgets}


@dataclass(frozen=True, slots=True)
class Line:
    """A turn as it stands in a context."""

    said_at: datetime | None
    text: str


def lines_of(case: Case) -> dict[str, Line]:
    """Every turn, by its client id, in the order of time."""
    texts = speeches(case.conversation)
    lines = {
        turn.client_id: Line(turn.said_at, texts[turn.client_id])
        for session in case.conversation.sessions
        for turn in session.turns
        if turn.client_id is not None
    }
    return dict(sorted(lines.items(), key=_when))


def _when(entry: tuple[str, Line]) -> tuple[bool, float]:
    said_at = entry[1].said_at
    return said_at is None, 0.0 if said_at is None else said_at.timestamp()


def packed(
    lines: Mapping[str, Line], ranked: Sequence[str], budget: Budget, milliseconds: float
) -> Found:
    """The best turns that fit a budget, under the days that they were said on."""
    spent, inside, days = 0, set[str](), set[str]()
    for turn in ranked:
        day = day_of(lines[turn].said_at)
        heading = "" if day in days else f"## {day}\n"
        cost = math.ceil(len(f"{heading}- {lines[turn].text}\n".encode()) / BYTES_PER_TOKEN)
        if budget is None or spent + cost <= budget:
            spent += cost
            inside.add(turn)
            days.add(day)
    chosen = [(turn, line) for turn, line in lines.items() if turn in inside]
    text = "\n".join(_under_days([line for _, line in chosen]))
    return Found(
        text=text,
        tokens=tokens_in(text),
        inside=tuple(turn for turn, _ in chosen),
        ranked=tuple(ranked),
        is_empty=not chosen,
        milliseconds=milliseconds,
    )


def _under_days(lines: Sequence[Line]) -> Iterator[str]:
    for day, said in groupby(lines, key=lambda line: day_of(line.said_at)):
        yield f"## {day}"
        yield from (f"- {line.text}" for line in said)


def day_of(instant: datetime | None) -> str:
    """A day as contexts write it, such as "8 March 2024"."""
    return _UNDATED if instant is None else f"{instant.day} {instant:%B %Y}"


Opens: TypeAlias = Callable[[Embedder, Path], AbstractContextManager[Finder]]


@contextmanager
def _own(embedder: Embedder, folder: Path) -> Iterator[Finder]:
    finder = OwnFinder(embedder, folder)
    try:
        yield finder
    finally:
        finder.close()


@contextmanager
def _bm25(embedder: Embedder, folder: Path) -> Iterator[Finder]:
    del folder
    yield RankingFinder(
        lambda: PlainRanker("bm25", embedder, words=True, meaning=False), _RANKED["bm25"]
    )


@contextmanager
def _whole(embedder: Embedder, folder: Path) -> Iterator[Finder]:
    del embedder, folder
    yield WholeFinder()


@contextmanager
def _mem0(embedder: Embedder, folder: Path) -> Iterator[Finder]:
    from evaluation.mem0.ranker import Mem0Ranker  # noqa: PLC0415 - only where asked for

    del folder
    with Mem0Ranker(embedder) as ranker:
        yield RankingFinder(lambda: ranker, _RANKED["mem0"])


SYSTEMS: Final[Mapping[str, Opens]] = {
    "remembrancer": _own,
    "bm25": _bm25,
    "full-context": _whole,
    "mem0": _mem0,
}
