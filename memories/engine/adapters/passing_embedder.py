"""What embedders share that stand in front of another one."""

import os
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from memories.engine.domain import Vector, Vectors
from memories.engine.ports.embedder import Embedder, SimilarityScale

_State = TypeVar("_State")


class PassingEmbedder:
    """An Embedder that passes everything on to another one."""

    def __init__(self, embedder: Embedder) -> None:
        """Take the one that does the work."""
        self._embedder = embedder

    @property
    def model(self) -> str:
        """The other's name."""
        return self._embedder.model

    @property
    def dimensions(self) -> int:
        """The other's."""
        return self._embedder.dimensions

    @property
    def scale(self) -> SimilarityScale:
        """The other's."""
        return self._embedder.scale

    def load(self) -> None:
        self._embedder.load()

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        return self._embedder.split(text)

    def unknown_share(self, text: str) -> float:
        return self._embedder.unknown_share(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_passages(texts)

    def embed_query(self, text: str) -> Vector:
        return self._embedder.embed_query(text)


class OfProcess(Generic[_State]):
    """Something that each process has of its own: a lock that a fork takes along may stay held."""

    def __init__(self, begin: Callable[[], _State]) -> None:
        """Take what makes it, when a process first asks."""
        self._begin = begin
        self._by_process: dict[int, _State] = {}

    def get(self) -> _State:
        """That of this process; the same for all its threads."""
        process = os.getpid()
        found = self._by_process.get(process)
        # Of threads that ask first at the same time, one makes what all of them get.
        return self._by_process.setdefault(process, self._begin()) if found is None else found
