"""Vectors of questions that were asked before."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from memories.engine.adapters.passing_embedder import OfProcess, PassingEmbedder
from memories.engine.domain import Vector
from memories.engine.ports.embedder import Embedder


@dataclass(frozen=True, slots=True)
class _Kept:
    """The vectors that one process keeps, by digest of the question; those used last at the end."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    vectors: OrderedDict[bytes, Vector] = field(default_factory=OrderedDict)


class QueryCache(PassingEmbedder):
    """Keeps the vectors of the questions asked last, and not their words: only digests of them."""

    def __init__(self, embedder: Embedder, *, most: int) -> None:
        """Take the one that does the work.

        Args:
            embedder: that one.
            most: vectors to keep.
        """
        super().__init__(embedder)
        self._most = most
        self._kept = OfProcess(_Kept)

    def embed_query(self, text: str) -> Vector:
        """The vector; not to be written to, as others get it too."""
        kept = self._kept.get()
        digest = hashlib.blake2b(text.encode(), digest_size=32).digest()
        with kept.lock:
            if digest in kept.vectors:
                kept.vectors.move_to_end(digest)
                return kept.vectors[digest]
        # Copied: it may be a part of many that were made together, and would keep all of them.
        vector: Vector = self._embedder.embed_query(text).copy()
        vector.setflags(write=False)
        with kept.lock:
            kept.vectors[digest] = vector
            if len(kept.vectors) > self._most:
                kept.vectors.popitem(last=False)
        return vector
