"""Sentence embeddings by any endpoint that speaks OpenAI's embeddings protocol."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
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


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the key to whoever the endpoint names."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Leave the redirect as the answer."""


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
        sleep: Callable[[float], None] = time.sleep,
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
            sleep: waits that many seconds before a request is sent again.
            scale: where the model's similarities lie; measured on first use if None.
            sleep: waits that many seconds before a request is sent again.

        Raises:
            ModelUnavailable: the address is not plain http or https, or no header can carry the
                key.
        """
        _check_address(base_url)
        if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
            raise ModelUnavailable("the API key holds characters that no header can carry")
        self._url = base_url.rstrip("/") + "/embeddings"
        self.model = f"{model}@{base_url.rstrip('/')}"
        self._name = model
        self._api_key = api_key
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._max_characters = max_characters
        self._timeout = timeout_seconds
        self._known_scale = scale
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_StayHere)

    @cached_property
    def dimensions(self) -> int:
        """Length of every vector, as the endpoint's first answer shows."""
        return len(self.embed_query("size"))

    @cached_property
    def scale(self) -> SimilarityScale:
        """Where this model's similarities lie, measured once."""
        return self._known_scale or measure_scale(self)

    def load(self) -> None:
        """Nothing to read in: the model is elsewhere."""

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
        if len({batch.shape[1] for batch in batches}) > 1:
            raise EmbeddingFailed(f"{self._url} answered vectors of different lengths")
        return np.concatenate(batches)

    def embed_query(self, text: str) -> Vector:
        """Embed one question."""
        vector: Vector = self._embed([self._query_prefix + text])[0]
        return vector

    def _embed(self, texts: list[str]) -> Vectors:
        answer = self._ask({"model": self._name, "input": texts, "encoding_format": "float"})
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            with np.errstate(over="ignore"):  # a number too large is infinite, and refused below
                vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingFailed(f"{self._url} answered no embeddings") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):  # noqa: PLR2004 - (texts, dimensions)
            raise EmbeddingFailed(f"{self._url} answered {len(vectors)} of {len(texts)} vectors")
        with np.errstate(over="ignore"):
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
                with self._opener.open(request, timeout=self._timeout) as response:
                    answer: bytes = response.read()
                    return answer
            except urllib.error.HTTPError as error:
                error.close()
                if error.code not in _RETRIED or attempt == _ATTEMPTS:
                    raise EmbeddingFailed(f"{self._url} answered {error.code}") from None
                wait = _asked_wait(error) or wait
            except (OSError, http.client.HTTPException) as error:
                if attempt == _ATTEMPTS:
                    reason = getattr(error, "reason", error)
                    raise ModelUnavailable(f"{self._url} can't be reached: {reason}") from None
            self._sleep(min(wait, _LONGEST_WAIT_SECONDS))
            wait *= 2
        raise EmbeddingFailed(f"{self._url} gave no answer")


def _check_address(base_url: str) -> None:
    """Refuse what is no address, or carries a password that errors and file names would show."""
    shown = base_url.partition("?")[0].partition("#")[0]
    try:
        parts = urllib.parse.urlsplit(base_url)
        plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
        port_is_real = parts.port != 0
    except ValueError:
        raise ModelUnavailable("the endpoint's base_url is not an address") from None
    if "@" in parts.netloc:
        raise ModelUnavailable("the endpoint's base_url names a user: pass api_key=... instead")
    if not (plain and port_is_real and base_url.isascii() and base_url.isprintable()):
        raise ModelUnavailable(f"{shown!r} is not an http or https address")
    if " " in base_url or parts.query or parts.fragment:
        raise ModelUnavailable(f"{shown!r} is no address up to /embeddings")


def _asked_wait(error: urllib.error.HTTPError) -> float | None:
    asked = error.headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None
