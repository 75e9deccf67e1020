"""An embedder that a test watches."""

from collections.abc import Sequence

from memories import EmbeddingFailed
from memories.engine.domain import Vectors
from memories.engine.ports.embedder import WordHashEmbedder


class WatchedEmbedder(WordHashEmbedder):
    """Counts how often it is asked, and can be away."""

    asked = 0
    is_away = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        if self.is_away:
            raise EmbeddingFailed("the model is away")
        return super().embed_passages(texts)
