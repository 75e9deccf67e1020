"""The question's vector, made once for all who need it."""

import threading
from dataclasses import dataclass

from memories.engine.domain import Vector
from memories.engine.ports.embedder import MOST_UNKNOWN, Embedder
from memories.engine.ports.tracing import Tracer


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question's vector, or why it has none."""

    vector: "Vector | None"
    note: str | None = None


class QueryVector:
    """Embeds a question when the first signal asks; the others wait for it."""

    def __init__(self, text: str, embedder: Embedder, tracer: Tracer) -> None:
        self._text = text
        self._embedder = embedder
        self._tracer = tracer
        self._lock = threading.Lock()
        self._made: Embedded | None = None

    def get(self) -> Embedded:
        """The vector; None for words that the model does not know.

        Raises:
            EmbedderError: the model gave no usable vector.
        """
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> Embedded:
        unknown = self._embedder.unknown_share(self._text)
        if unknown > MOST_UNKNOWN:
            note = f"the embedding model does not know {unknown:.0%} of the question's words"
            return Embedded(None, note)
        with self._tracer.step("search.embed"):
            return Embedded(self._embedder.embed_query(self._text))
