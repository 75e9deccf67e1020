"""Sentence embeddings by an ONNX model on this machine's processor."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from memories.engine.adapters.calibration import measure_scale
from memories.engine.adapters.onnx_models import batches, open_session, open_tokenizer
from memories.engine.domain import Vector, Vectors
from memories.engine.errors import EmbeddingFailed, ModelUnavailable
from memories.engine.ports.embedder import SimilarityScale

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

Pooling = Literal["mean", "cls"]

# Tokens that two neighbouring chunks of a long text share, so that no statement is cut in both.
_OVERLAP: Final = 32
# How long ingest stands back for queries before it runs its next batch all the same.
_YIELD_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies, and how it wants to be used.

    Attributes:
        name: stable name with the weights' digest; a memory file remembers it.
        pooling: how token states become one vector.
        query_prefix: what the model expects in front of a question.
        passage_prefix: what it expects in front of a text to be found.
        max_tokens: longer texts are embedded in chunks.
        dimensions: length of its vectors, where that is known before it is loaded.
    """

    name: str
    model: Path
    tokenizer: Path
    pooling: Pooling
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 256
    dimensions: int | None = None


class _QueriesFirst:
    """Lets ingest stand back while queries are being embedded, one after another."""

    def __init__(self) -> None:
        self._idle = threading.Condition()
        self._queries = 0
        # Each run uses all the session's threads: side by side they would only wait for each other.
        self._running = threading.Lock()

    @contextmanager
    def query(self) -> Iterator[None]:
        with self._idle:
            self._queries += 1
        try:
            with self._running:
                yield
        finally:
            with self._idle:
                self._queries -= 1
                self._idle.notify_all()

    def stand_back(self) -> None:
        with self._idle:
            self._idle.wait_for(lambda: self._queries == 0, timeout=_YIELD_SECONDS)


class OnnxEmbedder:
    """An Embedder on onnxruntime. Queries and ingest share one session: each holds all weights."""

    def __init__(
        self, files: ModelFiles, *, threads: int, scale: SimilarityScale | None = None
    ) -> None:
        """Take the model's files.

        Args:
            files: the model.
            threads: processor threads of the session.
            scale: where the model's similarities lie; measured on first use if None.

        Raises:
            ModelUnavailable: a file is missing.
        """
        for path in (files.model, files.tokenizer):
            if not path.is_file():
                raise ModelUnavailable(f"the embedding model's file {path} is missing")
        self._files = files
        self._threads = threads
        self._known_scale = scale
        self._loading = threading.Lock()
        self._turns = _QueriesFirst()

    @property
    def model(self) -> str:
        """The name with the weights' digest."""
        return self._files.name

    @cached_property
    def scale(self) -> SimilarityScale:
        """Where this model's similarities lie."""
        return self._known_scale or measure_scale(self)

    @cached_property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._files.dimensions or len(self.embed_query("size"))

    @property
    def _session(self) -> "onnxruntime.InferenceSession":
        with self._loading:
            return self._loaded_session

    @cached_property
    def _loaded_session(self) -> "onnxruntime.InferenceSession":
        return open_session(self._files.model, threads=self._threads)

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        return open_tokenizer(self._files.tokenizer)

    @cached_property
    def _unknown_id(self) -> int | None:
        vocabulary = json.loads(self._files.tokenizer.read_text(encoding="utf-8"))["model"]
        token = vocabulary.get("unk_token")
        if token is None and isinstance(vocabulary.get("unk_id"), int):
            return int(vocabulary["unk_id"])
        return None if token is None else self._tokenizer.token_to_id(str(token))

    @cached_property
    def _room(self) -> int:
        """Tokens of a text that fit beside the passage prefix and the model's own marks."""
        prefix = self._tokenizer.encode(self._files.passage_prefix, add_special_tokens=False)
        marks = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        return max(self._files.max_tokens - marks - len(prefix.ids), 4)

    def load(self) -> None:
        """Load the tokenizer and the model, once."""
        _ = self._tokenizer, self._session

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of at most `max_tokens` tokens, cut between words, neighbours overlapping."""
        room = self._room
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        offsets, words = encoded.offsets, encoded.word_ids
        if len(offsets) <= room:
            return ((0, len(text)),)
        overlap = min(_OVERLAP, room // 4)
        spans: list[tuple[int, int]] = []
        first = 0
        while first < len(offsets):
            start = offsets[first][0] if spans else 0
            end = min(first + room, len(offsets))
            if end < len(offsets):
                end = _cut(words, end, range(end - 1, end - overlap, -1))
            # What begins inside a word is read otherwise than as a part of it, in more tokens.
            while (excess := self._count(text[start : offsets[end - 1][1]]) - room) > 0:
                end = max(end - excess, first + 1)
                if end == first + 1:
                    break
            until = len(text) if end == len(offsets) else offsets[end - 1][1]
            if not spans or until > spans[-1][1]:
                spans.append((start, until))
            if end == len(offsets):
                break
            first = max(_cut(words, end - overlap, range(end - overlap, end)), first + 1)
        return tuple(spans)

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def unknown_share(self, text: str) -> float:
        """Share of the text's words and numbers that the vocabulary does not know.

        A word that it can only spell letter by letter is not known: short texts in a script that
        the model never read as words are near to one another whatever they say. Emoji and signs are
        left out of the count, unless nothing else is there.
        """
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        spelled = _spelled_out(encoded.word_ids, encoded.offsets)
        known = [
            id_ != self._unknown_id and word not in spelled
            for id_, word in zip(encoded.ids, encoded.word_ids, strict=True)
        ]
        worded = [
            is_known
            for is_known, (start, until) in zip(known, encoded.offsets, strict=True)
            if any(character.isalnum() for character in text[start:until])
        ]
        counted = worded or known
        return counted.count(False) / len(counted) if counted else 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts of like length together, standing back for queries between the runs."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        tokens = [self._encode(self._files.passage_prefix + text) for text in texts]
        return self._run_in_batches(tokens, self._turns.stand_back)

    def embed_query(self, text: str) -> Vector:
        """Embed one question, ahead of any ingest."""
        vector: Vector = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions of like length together, ahead of any ingest."""
        with self._turns.query():
            tokens = [self._encode(self._files.query_prefix + text) for text in texts]
            return self._run_in_batches(tokens)

    def _run_in_batches(
        self, tokens: Sequence[Sequence[int]], before_each: Callable[[], None] = lambda: None
    ) -> Vectors:
        vectors: Vectors | None = None
        for rows in batches([len(text) for text in tokens]):
            before_each()
            embedded = self._run([tokens[row] for row in rows])
            if vectors is None:
                vectors = np.empty((len(tokens), embedded.shape[1]), dtype=np.float32)
            vectors[rows] = embedded
        if vectors is None:
            raise EmbeddingFailed(f"{self.model} gave no vectors")
        return vectors

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        # Only a query or a word without end is longer here: passages come in chunks.
        most = self._files.max_tokens
        return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        session = self._session
        length = max(map(len, tokens))
        ids = np.zeros((len(tokens), length), dtype=np.int64)
        mask = np.zeros((len(tokens), length), dtype=np.int64)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {each.name for each in session.get_inputs()}
        try:
            given = {name: inputs[name] for name in inputs if name in wanted}
            states = session.run(None, given)[0]
        except Exception as error:  # onnxruntime raises bare exceptions of many kinds
            raise EmbeddingFailed(f"{self.model} can't be run on these texts") from error
        return _pooled(np.asarray(states, dtype=np.float32), mask, self._files.pooling, self.model)


def _spelled_out(
    words: Sequence[int | None], offsets: Sequence[tuple[int, int]]
) -> frozenset[int | None]:
    """The words of which every letter is a token of its own."""
    longest: dict[int | None, int] = {}
    tokens = Counter(words)
    for word, (start, until) in zip(words, offsets, strict=True):
        longest[word] = max(until - start, longest.get(word, 0))
    return frozenset(word for word, length in longest.items() if length == 1 and tokens[word] > 1)


def _cut(words: Sequence[int | None], otherwise: int, places: range) -> int:
    """The first of the places where a word begins."""
    return next((place for place in places if words[place] != words[place - 1]), otherwise)


def _pooled(
    states: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    mask: "np.ndarray[tuple[int, int], np.dtype[np.int64]]",
    pooling: Pooling,
    model: str,
) -> Vectors:
    if states.ndim == 2:  # noqa: PLR2004 - the model pools by itself: (texts, dimensions)
        pooled = states
    elif pooling == "cls":
        pooled = states[:, 0]
    else:
        weights = mask[..., None].astype(np.float32)
        pooled = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise EmbeddingFailed(f"{model} gave a vector that is not a direction")
    unit: Vectors = (pooled / lengths).astype(np.float32)
    return unit
