"""Settings to adapters: the only place that knows which adapter fills which port."""

import importlib.util
import json
import os
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from memories.engine.domain import Scope, SearchResult
from memories.engine.errors import InvalidScope, MissingExtra, ModelMismatch
from memories.engine.ingestion.reindexing import Progress, reindex
from memories.engine.ingestion.tools import MODEL_SETTING, IngestTools
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder, SimilarityScale
from memories.engine.ports.extractor import Extractor
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.record_store import RecordStore
from memories.engine.retrieval.request import SearchRequest
from memories.engine.retrieval.tools import SearchTools

Durability: TypeAlias = Literal["power-loss", "process-crash"]

# The bundled model's vectors; known here so that opening a file loads no model.
_BUNDLED_DIMENSIONS: Final = 384
_PROJECT_SETTING: Final = "project"
# By process: a lock that a fork takes along may be held for ever.
_TURNS: Final[defaultdict[int, threading.Lock]] = defaultdict(threading.Lock)
# Modules of the `local` extra: importing the library needs none of them, opening a file all.
_EXTRA: Final = ("apsw", "numpy", "onnxruntime", "tokenizers", "Stemmer")
# Searches that may run side by side in one process before one waits for another's signals.
_CONCURRENT_SEARCHES: Final = 4


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


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to open one project's file.

    Attributes:
        path: the file; made if it is missing.
        scope: the organisation and project; names nobody.
        embedding: the model.
        extractor: what learns facts; the local one if None.
        clock: what time it is; the system's if None.
        durability: what an acknowledged write survives.
        deadline_seconds: how long a search waits for its signals.
        pending: what waits for an `add`; nothing if None.
        answers: where the extractor's answers to jobs are saved; nowhere if None.
        reindex: switch the file to the model if it is indexed with another.
    """

    path: Path
    scope: Scope
    embedding: EmbeddingModel
    extractor: Extractor | None
    clock: Clock | None
    durability: Durability
    deadline_seconds: float
    pending: PendingMessages | None
    answers: SavedAnswers | None
    reindex: bool


@dataclass(frozen=True, slots=True)
class Engine:
    """One opened project, of one process."""

    ingest: IngestTools
    search: SearchTools
    process: int

    def find(self, request: SearchRequest, *, scope: Scope) -> SearchResult:
        """The rows that answer the question, best first."""
        from memories.engine.retrieval.search import search

        return search(request, scope=scope, tools=self.search)

    def close(self) -> None:
        """Close the file and end the signals' threads."""
        for threads in (self.search.meaning, self.search.words):
            threads.shutdown(wait=True, cancel_futures=True)
        self.ingest.records.close()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)


def open_engine(settings: EngineSettings, on_progress: Progress | None = None) -> Engine:
    """Open a project's file with its model.

    Args:
        settings: the file and what to open it with.
        on_progress: told how a switch to another model goes.

    Raises:
        MissingExtra: the `local` extra is not installed.
        InvalidScope: the file holds another project.
        ModelMismatch: the file is indexed with another model.
        ModelUnavailable: the model's files are missing.
        StoreError: the file can't be opened.
    """
    _check_extra()
    from memories.engine.adapters.sqlite.database import Database
    from memories.engine.adapters.sqlite.index import SqliteIndex
    from memories.engine.adapters.sqlite.store import SqliteRecords

    records = SqliteRecords(database := Database(settings.path, durability=settings.durability))
    try:
        _check_project(records, settings)
        embedder = _embedder(settings.embedding, records, settings.scope)
        dimensions = _dimensions(settings.embedding, embedder, records, settings.scope)
        tools = IngestTools(
            records=records,
            index=SqliteIndex(database, dimensions=dimensions),
            extractor=settings.extractor or _local_extractor(),
            embedder=embedder,
            clock=settings.clock or SystemClock(),
            answers=settings.answers,
        )
        _agree_on_model(settings, tools, on_progress)
    except BaseException:
        records.close()
        raise
    return Engine(tools, _search_tools(settings, tools), os.getpid())


def _check_project(records: RecordStore, settings: EngineSettings) -> None:
    """One file holds one project: no other name opens it."""
    asked = json.dumps([settings.scope.organization, settings.scope.project])
    kept = records.setting(_PROJECT_SETTING, scope=settings.scope)
    if kept is None:
        records.remember_setting(_PROJECT_SETTING, asked, scope=settings.scope)
    elif kept != asked:
        organization, project = json.loads(kept)
        raise InvalidScope(
            f"{settings.path} holds project {project!r} of {organization!r}, "
            f"not {settings.scope.project!r} of {settings.scope.organization!r}"
        )


def _check_extra() -> None:
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"the engine needs {', '.join(missing)}: pip install 'remembrancer[local]'"
        )


def _search_tools(settings: EngineSettings, tools: IngestTools) -> SearchTools:
    return SearchTools(
        records=tools.records,
        index=tools.index,
        embedder=tools.embedder,
        clock=tools.clock,
        meaning=_threads_for("meaning"),
        words=_threads_for("words"),
        pending=settings.pending,
        turn=_TURNS[os.getpid()],
        deadline_seconds=settings.deadline_seconds,
    )


def _threads_for(what: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CONCURRENT_SEARCHES, thread_name_prefix=f"memories-{what}")


def _agree_on_model(
    settings: EngineSettings, tools: IngestTools, on_progress: Progress | None
) -> None:
    model = tools.embedder.model
    found = tools.records.setting(MODEL_SETTING, scope=settings.scope)
    if found is None:
        tools.records.remember_setting(MODEL_SETTING, model, scope=settings.scope)
    elif found != model and settings.reindex:
        reindex(scope=settings.scope, tools=tools, on_progress=on_progress)
    elif found != model:
        raise ModelMismatch(
            f"{settings.path} is indexed with {found}, not with {model}: open it with that model, "
            "or switch it with reindex(embedder=...) or Memory(..., reindex=True)"
        )


def _local_extractor() -> Extractor:
    from memories.engine.adapters.local_extractor import LocalExtractor

    return LocalExtractor()


def _embedder(model: EmbeddingModel, records: RecordStore, scope: Scope) -> Embedder:
    if isinstance(model, BundledModel | OnnxModel | HubModel):
        return _onnx_embedder(model, records, scope)
    if isinstance(model, EndpointModel):
        return _endpoint_embedder(model, records, scope)
    return model


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
        return OnnxEmbedder(bundled_model(), threads=_threads(), scale=BUNDLED_SCALE)
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
        OnnxEmbedder(files, threads=_threads(), scale=scale), scale, records, scope
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


def _dimensions(
    model: EmbeddingModel, embedder: Embedder, records: RecordStore, scope: Scope
) -> int:
    """The length of the model's vectors, kept in the file: opening it must ask nobody else."""
    if isinstance(model, BundledModel):
        return _BUNDLED_DIMENSIONS
    key = f"dimensions of {embedder.model}"
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


def _threads() -> int:
    """Threads of a model's session: beyond two, short texts gain nothing (measured)."""
    return min(2, os.cpu_count() or 1)
