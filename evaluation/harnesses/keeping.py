"""What the adapters share: one file for each of the harness's users, one call at a time."""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from memories import Embedder, Memory, Scope, SearchHit

_DEFAULT_TOKENS: Final = 4000
# Harnesses have hundreds of users and ask about one after the other.
_MOST_OPEN: Final = 8


def tokens_wanted(environment: Mapping[str, str] = os.environ) -> int:
    """Size of the contexts: REMEMBRANCER_TOKENS, or 4000.

    Raises:
        ValueError: it is no number.
    """
    return int(environment.get("REMEMBRANCER_TOKENS") or _DEFAULT_TOKENS)


class Keeping:
    """Files of memories in a folder, by user."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made if it is missing."""
        self._folder = folder
        self._opened: OrderedDict[str, Memory] = OrderedDict()
        self._embedder: Embedder | None = None
        self._calling = threading.RLock()

    def add(
        self,
        user: str,
        messages: Sequence[Mapping[str, object]],
        *,
        session: str | None = None,
        said_at: datetime | None = None,
    ) -> list[tuple[str, str]]:
        """Remember what was said.

        Args:
            user: whose it becomes.
            messages: as `Memory.add` takes them.
            session: id of the sitting.
            said_at: when messages without a time of their own were said.

        Returns:
            Id and text of each memory that was learned.
        """
        with self._calling:
            memory, _ = self._of(user)
            scope = memory.scope(user=user, run=session)
            result = memory.add(list(messages), scope=scope, timestamp=said_at)
        return [(each.memory_id, each.text) for each in result.outcomes if each.memory_id]

    def context(self, user: str, question: str, *, asked_at: datetime | None = None) -> str:
        """What is known, as text of `tokens_wanted` tokens; empty where nothing is."""
        with self._calling:
            memory, scope = self._of(user)
            context = memory.context(
                question, scope=scope, max_tokens=tokens_wanted(), reference_time=asked_at
            )
        return context.text if context.hits else ""

    def hits(self, user: str, question: str, top_k: int) -> Sequence[SearchHit]:
        """The best memories and turns."""
        with self._calling:
            memory, scope = self._of(user)
            return memory.search(question, scope=scope, top_k=top_k).hits

    def forget(self, user: str) -> None:
        """Delete everything of a user."""
        with self._calling:
            memory, _ = self._of(user)
            memory.delete_everything()

    def close(self) -> None:
        """Close the files; the next call opens its own again."""
        with self._calling:
            while self._opened:
                self._opened.popitem()[1].close()

    def _of(self, user: str) -> tuple[Memory, Scope]:
        if user not in self._opened:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(user.encode()).hexdigest()[:24]
            # One model for all files: loading it takes longer than opening a file.
            memory = Memory(self._folder / f"{name}.db", embedder=self._embedder)
            self._embedder, self._opened[user] = memory.embedder, memory
            if len(self._opened) > _MOST_OPEN:
                self._opened.popitem(last=False)[1].close()
        self._opened.move_to_end(user)
        return self._opened[user], self._opened[user].scope(user=user)


def instant_of(text: object) -> datetime | None:
    """The instant of an ISO text; None for anything else."""
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def without_speaker(content: str, name: str) -> str:
    """The words without the "Name: " that a harness puts in front of them."""
    return content.removeprefix(f"{name}: ")
