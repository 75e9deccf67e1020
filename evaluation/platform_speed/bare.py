"""What the platform is compared with: an embedding and a plain hybrid query of weaviate-client."""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import urlsplit

from evaluation.platform_speed.asked import Asked
from memories import Embedder

_ALPHA: Final = 0.5
_HITS: Final = 10
# The collection and what it keeps of a row, as docs/decisions/0017 says.
_COLLECTION: Final = "Passages1"
_WORDS: Final = "terms"
_LABELS: Final = "labels"
_SHOWN: Final = ["row", "told"]


class Bare:
    """A client of the same Weaviate, in this process."""

    def __init__(self, environment: Mapping[str, str], embedder: Embedder) -> None:
        """Connect.

        Args:
            environment: of the platform.
            embedder: what the platform embeds with.
        """
        import weaviate

        host, _, port = environment["REMEMBRANCER_WEAVIATE_GRPC"].rpartition(":")
        url = urlsplit(environment["REMEMBRANCER_WEAVIATE_URL"])
        self._client = weaviate.connect_to_local(
            host=host, port=url.port or 80, grpc_port=int(port), skip_init_checks=True
        )
        self._embedder = embedder

    def search(self, asked: Asked) -> int:
        """Ten hits of a user, by words and meaning together; says how many there are."""
        from weaviate.classes.query import Filter

        project = self._client.collections.get(_COLLECTION).with_tenant(asked.index)
        found = project.query.hybrid(
            asked.question,
            query_properties=[_WORDS],
            vector=self._embedder.embed_query(asked.question).tolist(),
            alpha=_ALPHA,
            limit=_HITS,
            filters=Filter.by_property(_LABELS).contains_all([f"user='{asked.user}.", "memory"]),
            return_properties=_SHOWN,
        )
        return len(found.objects)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
