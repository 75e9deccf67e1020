"""Sentence embeddings by any endpoint that speaks OpenAI's embeddings protocol."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Final

import numpy as np

from memories.engine.adapters.calibration import measure_scale
from memories.engine.domain import Vector, Vectors
from memories.engine.errors import EmbeddingFailed, ModelUnavailable
from memories.engine.ports.embedder import SimilarityScale

_BATCH: Final = 64
_ATTEMPTS: Final = 4
_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 20.0
_RETRIED: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class EndpointEmbedder:
    """An Embedder behind HTTP. Overload is retried; the key never shows in an error."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        max_characters: int = 8000,
        timeout_seconds: float = 30.0,
        scale: SimilarityScale | None = None,
    ) -> None:
        """Take the endpoint's address; nothing is sent yet.

        Args:
            base_url: address up to, and without, `/embeddings`, such as `http://host/v1`.
            model: the model's name at the endpoint.
            api_key: sent as a Bearer token.
            query_prefix: what the model expects in front of a question.
            passage_prefix: what it expects in front of a text to be found.
            max_characters: longer texts are embedded in chunks.
            timeout_seconds: for one request.
            scale: where the model's similarities lie; measured on first use if None.

        Raises:
            ModelUnavailable: the address is not http or https.
        """
        if not base_url.startswith(("http://", "https://")):
            raise ModelUnavailable(f"{base_url!r} is not an http or https address")
        self._url = base_url.rstrip("/") + "/embeddings"
        self.model = f"{model}@{base_url.rstrip('/')}"
        self._name = model
        self._api_key = api_key
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._max_characters = max_characters
        self._timeout = timeout_seconds
        self._known_scale = scale

    @cached_property
    def dimensions(self) -> int:
        """Length of every vector, as the endpoint's first answer shows."""
        return len(self.embed_query("size"))

    @cached_property
    def scale(self) -> SimilarityScale:
        """Where this model's similarities lie, measured once."""
        return self._known_scale or measure_scale(self)

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of at most `max_characters`, cut at white space where there is some."""
        spans: list[tuple[int, int]] = []
        start = 0
        while len(text) - start > self._max_characters:
            until = text.rfind(" ", start + 1, start + self._max_characters)
            until = until if until > 0 else start + self._max_characters
            spans.append((start, until))
            start = until
        return (*spans, (start, len(text)))

    def unknown_share(self, text: str) -> float:
        """0: the endpoint keeps its vocabulary to itself."""
        del text
        return 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed in batches."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        prefixed = [self._passage_prefix + text for text in texts]
        batches = [
            self._embed(prefixed[first : first + _BATCH])
            for first in range(0, len(prefixed), _BATCH)
        ]
        return np.concatenate(batches)

    def embed_query(self, text: str) -> Vector:
        """Embed one question."""
        vector: Vector = self._embed([self._query_prefix + text])[0]
        return vector

    def _embed(self, texts: list[str]) -> Vectors:
        answer = self._ask({"model": self._name, "input": texts, "encoding_format": "float"})
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingFailed(f"{self._url} answered no embeddings") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):  # noqa: PLR2004 - (texts, dimensions)
            raise EmbeddingFailed(f"{self._url} answered {len(vectors)} of {len(texts)} vectors")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or (lengths == 0).any():
            raise EmbeddingFailed(f"{self._url} answered a vector that is not a direction")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _ask(self, body: dict[str, str | list[str]]) -> bytes:
        headers = {"Content-Type": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url, data=json.dumps(body).encode(), headers=headers, method="POST"
        )
        wait = _FIRST_WAIT_SECONDS
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310
                    answer: bytes = response.read()
                    return answer
            except urllib.error.HTTPError as error:
                if error.code not in _RETRIED or attempt == _ATTEMPTS:
                    raise EmbeddingFailed(f"{self._url} answered {error.code}") from None
                wait = _asked_wait(error) or wait
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if attempt == _ATTEMPTS:
                    reason = getattr(error, "reason", error)
                    raise ModelUnavailable(f"{self._url} can't be reached: {reason}") from None
            time.sleep(min(wait, _LONGEST_WAIT_SECONDS))
            wait *= 2
        raise EmbeddingFailed(f"{self._url} gave no answer")


def _asked_wait(error: urllib.error.HTTPError) -> float | None:
    asked = error.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else None
