"""mem0 as one of the ways of finding that are measured."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from evaluation.mem0.endpoint import TextEmbedder
from evaluation.mem0.environment import environment
from evaluation.mem0.process import Mem0Process
from memories import Conversation

_TOP_K: Final = 50


class Mem0Ranker:
    """Ranks a conversation's turns by the `mem0ai` package, one turn a memory, while entered.

    Attributes:
        name: its key in the report.
        add_ms: what each add took, in milliseconds.
        add_own_ms: the same without embedding.
        search_ms: what each search took, in milliseconds.
        search_own_ms: the same without embedding.
    """

    def __init__(self, embedder: TextEmbedder, *, python: Path | None = None) -> None:
        """Take the embedder; the environment is made when the ranker is entered.

        Args:
            embedder: what mem0 embeds with.
            python: the interpreter of an environment that holds mem0; the cached one if None.
        """
        self.name: Final = "mem0"
        self.add_ms: Final[list[float]] = []
        self.add_own_ms: Final[list[float]] = []
        self.search_ms: Final[list[float]] = []
        self.search_own_ms: Final[list[float]] = []
        self._embedder = embedder
        self._python = python
        self._process: Mem0Process | None = None
        self._user = ""

    def __enter__(self) -> Self:
        """Make the environment if it is missing, and start mem0 in it.

        Raises:
            Mem0Failed: it can't be installed or started, or a signal of it is off.
        """
        self._process = Mem0Process(self._python or environment(), self._embedder)
        self._process.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.__exit__(kind, error, traceback)
            self._process = None

    def remember(self, conversation: Conversation) -> None:
        """Store every turn verbatim, one an add, with its speaker as our baselines have it.

        Raises:
            Mem0Failed: the package failed.
        """
        self._user = conversation.id
        for session in conversation.sessions:
            for turn in session.turns:
                text = f"{turn.name or turn.role.value.capitalize()}: {turn.text}"
                spent = self._running.add(text, user=self._user, client_id=turn.client_id or "")
                self.add_ms.append(spent.total * 1000)
                self.add_own_ms.append(spent.own * 1000)

    def rank(self, question: str, limit: int) -> Sequence[str]:
        """Client ids of at most so many turns of the conversation last remembered, best first.

        Raises:
            Mem0Failed: the package failed.
        """
        ids, spent = self._running.search(question, user=self._user, top_k=max(limit, _TOP_K))
        self.search_ms.append(spent.total * 1000)
        self.search_own_ms.append(spent.own * 1000)
        return list(dict.fromkeys(ids))[:limit]

    @property
    def _running(self) -> Mem0Process:
        if self._process is None:
            raise ValueError("enter the ranker before using it")
        return self._process
