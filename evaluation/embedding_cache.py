"""Vectors of texts that an earlier run embedded, kept between runs."""

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from evaluation.faults import EvaluationError
from memories import Embedder, SimilarityScale

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[tuple[int], np.dtype[np.float32]]
    Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]

_TABLE: Final = """CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, text)
) WITHOUT ROWID"""
_BUSY_MILLISECONDS: Final = 60_000


class VectorFile:
    """Vectors by model and text in a file that several runs may share.

    A write is whole or not there, whatever happens to the process.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made if it is missing.

        Raises:
            EvaluationError: it can't be used; so do the other calls.
        """
        import apsw  # noqa: PLC0415 - `--help` needs no engine

        self._path = path
        self._lock = threading.Lock()
        with self._using():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(_BUSY_MILLISECONDS)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_TABLE)

    @contextmanager
    def _using(self) -> Iterator[None]:
        """One at a time; what goes wrong is said in one sentence."""
        import apsw  # noqa: PLC0415 - `--help` needs no engine

        try:
            with self._lock:
                yield
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise EvaluationError(
                f"{self._path}: the cache of embeddings is damaged; delete it and start again"
            ) from error
        except (apsw.Error, OSError) as error:
            raise EvaluationError(
                f"{self._path}: the cache of embeddings can't be used ({error}); "
                "name another folder with --cache"
            ) from error

    def find(self, model: str, texts: Sequence[str]) -> dict[str, bytes]:
        """The vectors that are kept, as bytes, by text."""
        sql = "SELECT vector FROM vectors WHERE model = ? AND text = ?"
        found: dict[str, bytes] = {}
        with self._using():
            for text in texts:
                for (vector,) in self._connection.execute(sql, (model, _digest(text))):
                    found[text] = bytes(vector)
        return found

    def keep(self, model: str, vectors: Sequence[tuple[str, bytes]]) -> None:
        """Keep vectors, all or none."""
        rows = [(model, _digest(text), vector) for text, vector in vectors]
        with self._using(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        with self._using():
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Effort:
    """What embedding has cost so far.

    Attributes:
        texts: passages that the model embedded.
        seconds: that it took.
        cached_texts: passages whose vectors were kept from before.
        cache_seconds: that reading and writing the cache took.
    """

    texts: int = 0
    seconds: float = 0.0
    cached_texts: int = 0
    cache_seconds: float = 0.0

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(
            self.texts + other.texts,
            self.seconds + other.seconds,
            self.cached_texts + other.cached_texts,
            self.cache_seconds + other.cache_seconds,
        )

    def since(self, earlier: "Effort") -> "Effort":
        """What was added to an earlier state of the same count."""
        return Effort(
            self.texts - earlier.texts,
            self.seconds - earlier.seconds,
            self.cached_texts - earlier.cached_texts,
            self.cache_seconds - earlier.cache_seconds,
        )


class CachedEmbedder:
    """An Embedder that asks another for each passage once; questions always go to the model.

    Questions are what latency is measured on, so none of them is kept.
    """

    def __init__(self, inner: Embedder, kept: VectorFile | None) -> None:
        """Wrap an embedder.

        Args:
            inner: the model.
            kept: where vectors are kept; None to keep none and only count.
        """
        self._inner = inner
        self._kept = kept
        self._counting = threading.Lock()
        self.effort = Effort()

    @property
    def model(self) -> str:
        """The model's own name: a file does not tell cached vectors from others."""
        return self._inner.model

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._inner.dimensions

    @property
    def scale(self) -> SimilarityScale:
        """Where the model's similarities lie."""
        return self._inner.scale

    def load(self) -> None:
        """Load the model."""
        self._inner.load()

    def split(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of the text that each fit the model."""
        return self._inner.split(text)

    def unknown_share(self, text: str) -> float:
        """Share of the text that the model does not know."""
        return self._inner.unknown_share(text)

    def embed_query(self, text: str) -> "Vector":
        """Embed a question, anew each time."""
        return self._inner.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        """The passages' vectors, shape (texts, dimensions), float32.

        Raises:
            EmbedderError: the model gave no usable vectors; nothing is kept.
        """
        import numpy as np  # noqa: PLC0415 - `--help` needs no engine

        started = time.perf_counter()
        known = {} if self._kept is None else self._kept.find(self.model, texts)
        size = self.dimensions * np.dtype(np.float32).itemsize
        missing = [text for text in dict.fromkeys(texts) if len(known.get(text, b"")) != size]
        looked_up = time.perf_counter()
        embedded = self._inner.embed_passages(missing) if missing else ()
        ended = time.perf_counter()
        new = [(text, row.tobytes()) for text, row in zip(missing, embedded, strict=True)]
        known.update(new)
        if self._kept is not None:
            self._kept.keep(self.model, new)
        packed = b"".join(known[text] for text in texts)
        vectors = (
            np.frombuffer(packed, dtype=np.float32).reshape(len(texts), self.dimensions).copy()
        )
        spent = Effort(
            texts=len(missing),
            seconds=ended - looked_up,
            cached_texts=len(texts) - len(missing),
            cache_seconds=looked_up - started + time.perf_counter() - ended,
        )
        with self._counting:
            self.effort += spent
        return vectors


def open_cache(folder: Path) -> VectorFile:
    """The cache of embeddings in a folder.

    Raises:
        EvaluationError: it can't be used.
    """
    return VectorFile(folder / "embeddings.db")
