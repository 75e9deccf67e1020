"""Settings to adapters: the only place that knows which adapter fills which port."""

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, TypeAlias

from memories.engine.bootstrap._extra import check_extra
from memories.engine.bootstrap._extractors import (
    ExtractorChoice,
    extractor_of,
    model_of,
    predicting,
    with_open_model,
)
from memories.engine.bootstrap._models import EmbeddingModel, dimensions_of, embedder_of
from memories.engine.bootstrap._parts import PartReading, part_tools_of
from memories.engine.consolidation.tools import ConsolidationTools
from memories.engine.domain import Scope, SearchResult
from memories.engine.errors import IndexUnavailable, InvalidScope, ModelMismatch
from memories.engine.ingestion.reindexing import Progress, reindex
from memories.engine.ingestion.tools import MODEL_SETTING, IngestTools
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.reranker import Reranker
from memories.engine.ports.search_index import SearchIndex
from memories.engine.ports.stores import Stores
from memories.engine.ports.tracing import Tracer, Untraced
from memories.engine.retrieval.request import SearchRequest
from memories.engine.retrieval.tools import SearchTools

Durability: TypeAlias = Literal["power-loss", "process-crash"]

_PROJECT_SETTING: Final = "project"
# By process: a lock that a fork takes along may be held for ever.
_TURNS: Final[defaultdict[int, threading.Lock]] = defaultdict(threading.Lock)
# Searches that may run side by side before one waits for another's signals: of one file, and of all
# projects of a process that an index server answers, which is waited for most of the time.
_CONCURRENT_SEARCHES: Final = 4
_SEARCHES_APART: Final = 32
# Lexical, entity and temporal.
_OTHER_SIGNALS: Final = 3


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to open one project.

    Attributes:
        place: its file, made if it is missing, or the stores that hold it.
        scope: the organisation and project; names nobody.
        embedding: the model.
        extractor: what learns facts; the local one if None.
        clock: what time it is; the system's if None.
        durability: what an acknowledged write survives.
        deadline_seconds: how long a search waits for its signals.
        pending: what waits for an `add`; nothing if None.
        answers: where the extractor's answers to jobs are saved; nowhere if None.
        tracer: told what each search does when; nobody is if None.
        reranker: puts the best hits of a search in order once more; none if None.
        parts: what reads files in messages; they are refused if None.
        reindex: switch the file to the model if it is indexed with another.
    """

    place: Path | Stores
    scope: Scope
    embedding: EmbeddingModel
    extractor: ExtractorChoice | None
    clock: Clock | None
    durability: Durability
    deadline_seconds: float
    pending: PendingMessages | None
    answers: SavedAnswers | None
    tracer: Tracer | None
    reranker: Reranker | None
    parts: PartReading | None
    reindex: bool


@dataclass(frozen=True, slots=True)
class Engine:
    """One opened project, of one process.

    Attributes:
        without_index: what finds by words in the truth while the index is away; nothing if None.
    """

    ingest: IngestTools
    consolidation: ConsolidationTools
    search: SearchTools
    stores: Stores
    threads: "_SignalThreads"
    process: int

    def find(self, request: SearchRequest, *, scope: Scope) -> SearchResult:
        """The rows that answer the question, best first.

        Raises:
            IndexUnavailable: the index does not answer, and nothing stands in for it.
        """
        from memories.engine.retrieval.by_words import search_by_words
        from memories.engine.retrieval.search import search

        with (
            self.search.tracer.step("search", top_k=request.top_k),
            self.stores.in_one_state(),
        ):
            try:
                return self._in_order(request, partial(search, scope=scope, tools=self.search))
            except IndexUnavailable:
                truth = self.stores.without_index
                if truth is None:
                    raise
            with self.search.tracer.step("search.without_index"):
                find = partial(search_by_words, scope=scope, tools=self.search, truth=truth)
                return self._in_order(request, find)

    def _in_order(
        self, request: SearchRequest, find: Callable[[SearchRequest], SearchResult]
    ) -> SearchResult:
        """What is found, followed, faded and reranked as is asked, whatever finds it."""
        from memories.engine.retrieval.decay import decayed, hits_to_fade
        from memories.engine.retrieval.reranking import RERANKED, reranked
        from memories.engine.retrieval.second_hop import second_hop

        reranker = self.search.reranker if request.rerank else None
        wanted = request.top_k if reranker is None else max(request.top_k, RERANKED)
        wide = replace(request, top_k=hits_to_fade(wanted) if request.decay else wanted)
        found = find(wide)
        if request.hops > 1:
            with self.search.tracer.step("search.second_hop"):
                found = second_hop(found, wide, find)
        if request.decay:
            found = decayed(
                found, reference=request.reference, explain=request.explain, top_k=wanted
            )
        if reranker is None:
            return found
        with self.search.tracer.step("search.rerank"):
            return reranked(found, reranker, query=request.query, top_k=request.top_k)

    def close(self) -> None:
        """Close the file and end the signals' threads, if they are its own."""
        if not self.stores.index_is_apart:
            self.threads.end()
        self.ingest.records.close()


class _SignalThreads:
    """Threads that the signals of searches run in; they begin when they are needed."""

    def __init__(self, searches: int, *, side_by_side: bool) -> None:
        self.meaning = _threads_for("meaning", searches)
        self.words = _threads_for("words", searches * (_OTHER_SIGNALS if side_by_side else 1))

    def end(self) -> None:
        for threads in (self.meaning, self.words):
            threads.shutdown(wait=True, cancel_futures=True)


# By process, as threads do not cross a fork.
_THREADS_APART: Final[defaultdict[int, _SignalThreads]] = defaultdict(
    lambda: _SignalThreads(_SEARCHES_APART, side_by_side=True)
)


class _Turn:
    """A lock, waiting for which is a step of its own."""

    def __init__(self, lock: threading.Lock, tracer: Tracer) -> None:
        self._lock = lock
        self._tracer = tracer

    def __enter__(self) -> None:
        with self._tracer.step("search.wait"):
            self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


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
    check_extra()
    stores = settings.place
    if isinstance(stores, Path):
        stores = _open_file(stores, settings.durability)
    records = stores.records
    try:
        _check_project(records, settings)
        embedder = embedder_of(settings.embedding, records, settings.scope)
        dimensions = dimensions_of(settings.embedding, embedder, records, settings.scope)
        choice = with_open_model(settings.extractor)
        opened = extractor_of(choice)
        index = stores.index(model=embedder.model, dimensions=dimensions)
        tools = IngestTools(
            records=records,
            passages=stores.passages(model=embedder.model, dimensions=dimensions),
            index=index,
            extractor=opened.extractor,
            predictor=extractor_of(predicting(choice)).extractor,
            batching=opened.batching,
            summarizer=opened.summarizer,
            guidance=opened.guidance,
            embedder=embedder,
            clock=settings.clock or SystemClock(),
            answers=settings.answers,
            parts=part_tools_of(settings.parts),
        )
        _agree_on_model(settings, tools, on_progress)
    except BaseException:
        records.close()
        raise
    threads = (
        _THREADS_APART[os.getpid()]
        if stores.index_is_apart
        else _SignalThreads(_CONCURRENT_SEARCHES, side_by_side=False)
    )
    search = _search_tools(settings, tools, index, threads, is_apart=stores.index_is_apart)
    together = ConsolidationTools(tools, model_of(choice))
    return Engine(tools, together, search, stores, threads, os.getpid())


def _open_file(path: Path, durability: Durability) -> Stores:
    from memories.engine.adapters.sqlite.stores import SqliteStores

    return SqliteStores(path, durability=durability)


def _check_project(records: RecordStore, settings: EngineSettings) -> None:
    """One file holds one project: no other name opens it."""
    asked = json.dumps([settings.scope.organization, settings.scope.project])
    kept = records.setting(_PROJECT_SETTING, scope=settings.scope)
    if kept is None:
        records.remember_setting(_PROJECT_SETTING, asked, scope=settings.scope)
    elif kept != asked:
        organization, project = json.loads(kept)
        raise InvalidScope(
            f"{settings.place} holds project {project!r} of {organization!r}, "
            f"not {settings.scope.project!r} of {settings.scope.organization!r}"
        )


def _search_tools(
    settings: EngineSettings,
    tools: IngestTools,
    index: SearchIndex,
    threads: _SignalThreads,
    *,
    is_apart: bool,
) -> SearchTools:
    tracer = settings.tracer or Untraced()
    return SearchTools(
        records=tools.records,
        passages=tools.passages,
        index=index,
        embedder=tools.embedder,
        clock=tools.clock,
        meaning=threads.meaning,
        words=threads.words,
        side_by_side=is_apart,
        pending=settings.pending,
        reranker=settings.reranker,
        # Whoever waits for a server leaves the interpreter to others.
        turn=nullcontext() if is_apart else _Turn(_TURNS[os.getpid()], tracer),
        tracer=tracer,
        deadline_seconds=settings.deadline_seconds,
    )


def _threads_for(what: str, count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix=f"memories-{what}")


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
            f"{settings.place} is indexed with {found}, not with {model}: open it with that model, "
            "or switch it with reindex(embedder=...) or Memory(..., reindex=True)"
        )
