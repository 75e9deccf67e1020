"""Putting what was found in order once more, by reading question and answers together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from memories.engine.errors import RerankerFailed


class Reranker(Protocol):
    """Says which of a few texts answer a question best."""

    @property
    def name(self) -> str:
        """What it ranks with, and in which version."""
        ...

    def rank(self, question: str, texts: Sequence[str]) -> Sequence[int]:
        """Places of the texts, best first: each place once.

        Raises:
            RerankerFailed: it could not put them in order.
        """
        ...


@dataclass(slots=True)
class WordReranker:
    """A fake: ranks by how many of the question's words a text holds, and keeps what it was asked.

    Attributes:
        fails: raise this instead.
    """

    name: str = "words"
    fails: str | None = None
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def rank(self, question: str, texts: Sequence[str]) -> Sequence[int]:
        """As the port says."""
        self.asked.append((question, tuple(texts)))
        if self.fails is not None:
            raise RerankerFailed(self.fails)
        words = set(question.casefold().split())
        held = [len(words & set(text.casefold().split())) for text in texts]
        return sorted(range(len(texts)), key=lambda place: -held[place])
