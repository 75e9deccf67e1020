"""The embedding models that a caller can name, and the adapters that they become."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from memories.engine.domain import Scope
from memories.engine.ingestion.tools import dimensions_setting
from memories.engine.ports.embedder import Embedder, SimilarityScale
from memories.engine.ports.record_store import RecordStore

# Vectors of questions, of about 2 kB, that are kept for each project.
_KEPT_QUERIES: Final = 256


@dataclass(frozen=True, slots=True)
class BundledModel:
    """all-MiniLM-L6-v2, int8, from the `local` extra: English first, needs no network."""


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """An ONNX sentence-embedding model in a folder with `tokenizer.json`.

    What is None is read from the folder's sentence-transformers files, or known for the families
    e5, bge and MiniLM.

    Attributes:
        folder: where it lies.
        name: stable name that a memory file remembers; the folder's own if None.
        pooling: how token states become one vector.
        query_prefix: what the model expects in front of a question.
        passage_prefix: what it expects in front of a text to be found.
        max_tokens: longer texts are embedded in chunks.
    """

    folder: Path | str
    name: str | None = None
    pooling: Literal["mean", "cls"] | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    max_tokens: int = 256


@dataclass(frozen=True, slots=True)
class HubModel:
    """An ONNX model by its name on the Hugging Face hub, such as `intfloat/e5-small-v2`."""

    name: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointModel:
    """A model behind any endpoint that speaks OpenAI's embeddings protocol.

    Attributes:
        base_url: address up to, and without, `/embeddings`.
        model: the model's name there.
        api_key: sent as a Bearer token.
        query_prefix: what the model expects in front of a question.
        passage_prefix: what it expects in front of a text to be found.
        max_characters: longer texts are embedded in chunks.
        timeout_seconds: for one request.
    """

    base_url: str
    model: str
    api_key: str | None = None
    query_prefix: str = ""
    passage_prefix: str = ""
    max_characters: int = 8000
    timeout_seconds: float = 30.0


EmbeddingModel: TypeAlias = BundledModel | OnnxModel | HubModel | EndpointModel | Embedder


def embedder_of(model: EmbeddingModel, records: RecordStore, scope: Scope) -> Embedder:
    """The model, ready to be asked; what was measured of it is kept with the records."""
    if isinstance(model, BundledModel | OnnxModel | HubModel):
        return _onnx_embedder(model, records, scope)
    if isinstance(model, EndpointModel):
        return _endpoint_embedder(model, records, scope)
    return model


def open_shared_embedder(folder: Path | None = None, *, threads: int) -> Embedder:
    """A model, loaded once for many projects of a process and many searches at a time.

    Questions that come while it is busy are embedded together, as soon as it is free.

    Args:
        folder: where it lies, as `OnnxModel` takes it; the bundled one if None.
        threads: processor threads that it runs in.

    Raises:
        ModelUnavailable: its files are missing.
    """
    from memories.engine.adapters.model_files import (
        BUNDLED_SCALE,
        bundled_model,
        model_in_folder,
    )
    from memories.engine.adapters.onnx_embedder import OnnxEmbedder
    from memories.engine.adapters.query_batches import QueryBatches

    if folder is None:
        return QueryBatches(OnnxEmbedder(bundled_model(), threads=threads, scale=BUNDLED_SCALE))
    return QueryBatches(OnnxEmbedder(model_in_folder(folder), threads=threads))


def with_kept_queries(embedder: Embedder) -> Embedder:
    """The model, for one project: what is asked there again soon is not embedded again.

    It keeps the vectors of the last questions with digests of their words, in memory.
    """
    from memories.engine.adapters.query_cache import QueryCache

    return QueryCache(embedder, most=_KEPT_QUERIES)


def _onnx_embedder(
    model: BundledModel | OnnxModel | HubModel, records: RecordStore, scope: Scope
) -> Embedder:
    from memories.engine.adapters.model_files import (
        BUNDLED_SCALE,
        bundled_model,
        model_from_hub,
        model_in_folder,
    )
    from memories.engine.adapters.onnx_embedder import OnnxEmbedder

    if isinstance(model, BundledModel):
        return OnnxEmbedder(bundled_model(), threads=session_threads(), scale=BUNDLED_SCALE)
    if isinstance(model, HubModel):
        files = model_from_hub(model.name, revision=model.revision)
    else:
        files = model_in_folder(
            Path(model.folder),
            name=model.name,
            pooling=model.pooling,
            query_prefix=model.query_prefix,
            passage_prefix=model.passage_prefix,
            max_tokens=model.max_tokens,
        )
    scale = _known_scale(files.name, records, scope)
    return _with_scale_kept(
        OnnxEmbedder(files, threads=session_threads(), scale=scale), scale, records, scope
    )


def _endpoint_embedder(model: EndpointModel, records: RecordStore, scope: Scope) -> Embedder:
    from memories.engine.adapters.endpoint_embedder import EndpointEmbedder

    scale = _known_scale(f"{model.model}@{model.base_url.rstrip('/')}", records, scope)
    embedder = EndpointEmbedder(
        base_url=model.base_url,
        model=model.model,
        api_key=model.api_key,
        query_prefix=model.query_prefix,
        passage_prefix=model.passage_prefix,
        max_characters=model.max_characters,
        timeout_seconds=model.timeout_seconds,
        scale=scale,
    )
    return _with_scale_kept(embedder, scale, records, scope)


def dimensions_of(
    model: EmbeddingModel, embedder: Embedder, records: RecordStore, scope: Scope
) -> int:
    """The length of the model's vectors, kept in the file: opening it must ask nobody else."""
    if isinstance(model, BundledModel):
        # Known to its adapter: opening a file loads no model.
        return embedder.dimensions
    key = dimensions_setting(embedder.model)
    kept = records.setting(key, scope=scope)
    if kept is not None:
        return int(kept)
    records.remember_setting(key, str(embedder.dimensions), scope=scope)
    return embedder.dimensions


def _known_scale(model: str, records: RecordStore, scope: Scope) -> SimilarityScale | None:
    """The scale that the file measured for the model when it first met it."""
    kept = records.setting(f"scale of {model}", scope=scope)
    if kept is None:
        return None
    floor, ceiling = kept.split()
    return SimilarityScale(float(floor), float(ceiling))


def _with_scale_kept(
    embedder: Embedder, known: SimilarityScale | None, records: RecordStore, scope: Scope
) -> Embedder:
    """The embedder, its scale measured once and kept in the file: scores stay comparable."""
    if known is None:
        scale = embedder.scale
        records.remember_setting(
            f"scale of {embedder.model}", f"{scale.floor!r} {scale.ceiling!r}", scope=scope
        )
    return embedder


def session_threads() -> int:
    """Threads of a model: beyond two, short texts gain nothing (measured)."""
    return min(2, os.cpu_count() or 1)
