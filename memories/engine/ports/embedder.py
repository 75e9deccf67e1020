"""Turns texts into vectors."""

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from memories.engine.domain import Numbers, Vector, Vectors

# A text of which the model knows less has no usable vector: it would be near to any other such.
MOST_UNKNOWN: Final = 0.2


@dataclass(frozen=True, slots=True)
class SimilarityScale:
    """Where a model's cosine similarities lie, so that a score means the same for every model.

    Attributes:
        floor: cosine of texts that have nothing to do with one another; scores 0.
        ceiling: cosine of two wordings of one statement; scores 1.
    """

    floor: float
    ceiling: float

    def score(self, cosine: float) -> float:
        """The cosine on a scale from 0 to 1."""
        return min(1.0, max(0.0, (cosine - self.floor) / (self.ceiling - self.floor)))

    def scores(self, cosines: "Numbers") -> "Numbers":
        """Several at once; NaN stays NaN."""
        scaled = (cosines - self.floor) / (self.ceiling - self.floor)
        return scaled.clip(0.0, 1.0)


class Embedder(Protocol):
    """A sentence embedding model. Safe to call from several threads."""

    @property
    def model(self) -> str:
        """Stable name of the model with its weights; a file remembers it."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    @property
    def scale(self) -> SimilarityScale:
        """Where this model's similarities lie."""
        ...

    def load(self) -> None:
        """Read in what the first question needs; nothing where the model is elsewhere."""
        ...

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of the text that each fit the model, in order; one span if the text fits whole."""
        ...

    def unknown_share(self, text: str) -> float:
        """Share of the text's tokens, from 0 to 1, that the model's vocabulary does not know."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to be found.

        Returns:
            Unit vectors, shape (texts, dimensions), float32.

        Raises:
            EmbedderError: the model gave no usable vectors.
        """
        ...

    def embed_query(self, text: str) -> Vector:
        """Embed a question.

        Returns:
            A unit vector, shape (dimensions,), float32.

        Raises:
            EmbedderError: the model gave no usable vector.
        """
        ...


class QuestionsEmbedder(Embedder, Protocol):
    """An Embedder that can be asked several questions at once."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: each gets what `embed_query` gives it.

        Returns:
            Unit vectors, shape (texts, dimensions), float32.

        Raises:
            EmbedderError: the model gave no usable vectors.
        """
        ...


_WORD: Final = re.compile(r"\w+")
_LETTER_OF_NO_VOCABULARY: Final = re.compile(r"[\u0e00-\u0e7f]")


class WordHashEmbedder:
    """A fake: counts words into hashed buckets, so that texts sharing words are near.

    It knows every script but Thai, so that tests can show a text out of vocabulary.
    """

    def __init__(
        self, *, model: str = "word-hash", dimensions: int = 256, words: int = 200
    ) -> None:
        self.model = model
        self.dimensions = dimensions
        self.scale = SimilarityScale(floor=0.0, ceiling=1.0)
        self.embedded_texts = 0
        self._words_that_fit = words

    def load(self) -> None:
        """Nothing to read in."""

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of at most the given number of words."""
        starts = [match.start() for match in _WORD.finditer(text)][:: self._words_that_fit]
        bounds = [0, *starts[1:], len(text)]
        return tuple(itertools.pairwise(bounds))

    def unknown_share(self, text: str) -> float:
        """1 for Thai text, else 0."""
        return 1.0 if _LETTER_OF_NO_VOCABULARY.search(text) else 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One vector a text."""
        import numpy as np  # noqa: PLC0415 - keeps `import memories` light

        self.embedded_texts += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()) or ["\0"]:
                bucket = int.from_bytes(
                    hashlib.blake2b(word.encode(), digest_size=8).digest(), "big"
                )
                vectors[row, bucket % self.dimensions] += 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """The same vectors as for passages."""
        return self.embed_passages(texts)

    def embed_query(self, text: str) -> Vector:
        """The same vector as for a passage."""
        vector: Vector = self.embed_passages([text])[0]
        return vector
