"""Embedders of the measurements: made-up vectors, and one that writes down what it is asked."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from memories import Embedder, SimilarityScale

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[tuple[int], np.dtype[np.float32]]
    Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]

# As long as the bundled model's vectors.
_DIMENSIONS: Final = 384


class MadeUpVectors:
    """A unit vector in a random direction for each text, the same whenever it is asked.

    It takes hundredths of a millisecond, so that what a search takes is all but its embedding.
    """

    dimensions: Final = _DIMENSIONS
    # Random directions lie within 0.2 of a right angle: part of them counts as similar.
    scale: Final = SimilarityScale(floor=0.0, ceiling=1.0)

    def __init__(self, model: str = "made-up") -> None:
        """Take the name that a file remembers: another model's, for that one to search it."""
        self.model = model

    def load(self) -> None:
        """Nothing to read in."""

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """The whole text: the corpus has no long ones."""
        return ((0, len(text)),)

    def unknown_share(self, text: str) -> float:
        """None of the text is unknown."""
        del text
        return 0.0

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        """A vector a text, shape (texts, 384)."""
        import numpy as np  # noqa: PLC0415 - loaded where vectors are made

        vectors = np.empty((len(texts), _DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
        return vectors

    def embed_query(self, text: str) -> "Vector":
        """The same vector as for a passage, shape (384,)."""
        import numpy as np  # noqa: PLC0415 - as above

        seed = hashlib.blake2b(text.encode(), digest_size=8).digest()
        generator = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
        vector = generator.standard_normal(_DIMENSIONS, dtype=np.float32)
        unit: Vector = vector / np.linalg.norm(vector)
        return unit


class RecordingEmbedder:
    """Another embedder that also keeps which texts it embedded together.

    Attributes:
        batches: the texts of each call, in order; whoever reads them clears them.
    """

    def __init__(self, embedder: Embedder) -> None:
        """Take the one that does the work."""
        self._embedder = embedder
        self.batches: list[tuple[str, ...]] = []

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
        """Load the other."""
        self._embedder.load()

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """As the other does."""
        return self._embedder.split(text)

    def unknown_share(self, text: str) -> float:
        """As the other says."""
        return self._embedder.unknown_share(text)

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        """The other's vectors; the texts are kept."""
        self.batches.append(tuple(texts))
        return self._embedder.embed_passages(texts)

    def embed_query(self, text: str) -> "Vector":
        """The other's vector."""
        return self._embedder.embed_query(text)
