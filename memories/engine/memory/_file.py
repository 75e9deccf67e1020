"""One project's file: opened, kept, moved."""

import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from memories.engine.bootstrap import (
    BundledModel,
    Durability,
    EmbeddingModel,
    Engine,
    EngineSettings,
    ExtractorChoice,
    PartReading,
    open_engine,
)
from memories.engine.domain import Scope, Stats, TransferReceipt
from memories.engine.errors import InvalidScope, ModelMismatch
from memories.engine.ingestion.limits import check_scope
from memories.engine.ingestion.reindexing import Progress, reindex
from memories.engine.ingestion.tools import MODEL_SETTING
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.reranker import Reranker
from memories.engine.ports.stores import Stores
from memories.engine.ports.tracing import Tracer
from memories.engine.text.zones import zone_of

_Result = TypeVar("_Result")
TEMPORARY: Final = ":memory:"


def _remove(folder: str, owner: int) -> None:
    """Remove a temporary file's folder; a fork that ends leaves it to the process that made it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


class ProjectFile:
    """What a Memory does with its file as a whole."""

    def __init__(
        self,
        path: Path | str | Stores = TEMPORARY,
        *,
        organization: str = "local",
        project: str = "default",
        embedder: EmbeddingModel | None = None,
        extractor: ExtractorChoice | None = None,
        clock: Clock | None = None,
        timezone: str | tzinfo | None = None,
        durability: Durability = "power-loss",
        deadline_seconds: float = 2.0,
        pending: PendingMessages | None = None,
        answers: SavedAnswers | None = None,
        tracer: Tracer | None = None,
        reranker: Reranker | None = None,
        parts: PartReading | None = None,
        reindex: bool = False,
    ) -> None:
        """Open a project's file, made if it is missing and upgraded if it is older.

        Args:
            path: the file, or whatever holds the project instead; ":memory:" is a temporary file,
                gone when closed.
            organization: who owns the project.
            project: a hard partition; one file holds one.
            embedder: the embedding model; the bundled one if None.
            extractor: what learns facts: a language model, with guidance or without, or an
                extractor of one's own; the local one, without a model, if None.
            clock: what time it is; the machine's if None.
            timezone: the speakers' IANA time zone, in which "yesterday" is meant.
            durability: what an acknowledged write survives: losing power, or the process only.
            deadline_seconds: how long a search waits for its signals.
            pending: messages that wait for an `add`: searches find them by their words.
            answers: where answers to an `add` with a `job_id`, of the extractor and about files,
                are saved, so that the same job, begun again after a failure, does not ask again.
            tracer: told what each search does when.
            reranker: puts the best hits in order once more, where a search asks for it.
            parts: what puts images, PDFs and recordings in messages into words; they are refused
                if None.
            reindex: switch the file to the given model if it is indexed with another.

        Raises:
            StoreError: the file can't be opened; its kinds say why.
            InvalidScope: the file holds another project.
            ModelMismatch: the file is indexed with another model.
            ModelUnavailable: the model's files are missing.
            MissingExtra: an extra is not installed that this needs.
            InvalidInput: a setting of the extractor is off.
        """
        self._zone = zone_of(timezone)
        self._project = Scope(organization=organization, project=project)
        check_scope(self._project)
        self._temporary: weakref.finalize[[str, int], ProjectFile] | None = None
        if path == TEMPORARY:
            folder = tempfile.mkdtemp(prefix="memories-")
            self._temporary = weakref.finalize(self, _remove, folder, os.getpid())
            path = Path(folder) / "memory.db"
        self._settings = EngineSettings(
            place=Path(path) if isinstance(path, str) else path,
            scope=self._project,
            embedding=embedder or BundledModel(),
            extractor=extractor,
            clock=clock,
            durability=durability,
            deadline_seconds=deadline_seconds,
            pending=pending,
            answers=answers,
            tracer=tracer,
            reranker=reranker,
            parts=parts,
            reindex=reindex,
        )
        self._opening = threading.Lock()
        self._opened = open_engine(self._settings)

    @property
    def embedder(self) -> Embedder:
        """The embedding model that the file is indexed with."""
        return self._engine.ingest.embedder

    @property
    def _engine(self) -> Engine:
        """This process's engine: connections and model sessions must not cross a fork."""
        if self._opened.process != os.getpid():
            with self._opening:
                if self._opened.process != os.getpid():
                    self._opened = open_engine(replace(self._settings, reindex=False))
        if self._indexed_with() != self._opened.ingest.embedder.model:
            with self._opening:
                # Then a reindex() of this process was about to take over, and has.
                indexed_with = self._indexed_with()
            if indexed_with != self._opened.ingest.embedder.model:
                raise ModelMismatch(
                    f"{self._settings.place} was switched to {indexed_with} by another process's "
                    "reindex(); open it anew with that model"
                )
        return self._opened

    def _indexed_with(self) -> str | None:
        return self._opened.ingest.records.setting(MODEL_SETTING, scope=self._project)

    def _call(self, call: Callable[[Engine], _Result], engine: Engine | None = None) -> _Result:
        """Make a call, again whenever a reindex() of this process switched the model meanwhile.

        Args:
            call: what is to be done with the engine.
            engine: one that the caller has looked at already.
        """
        engine = engine or self._engine
        while True:
            try:
                return call(engine)
            except ModelMismatch:
                known, engine = engine, self._engine
                if engine is known:
                    raise

    def scope(
        self,
        *,
        user: str | None = None,
        agent: str | None = None,
        app: str | None = None,
        run: str | None = None,
    ) -> Scope:
        """Whose memories the next calls are about: at least one id for most of them.

        Raises:
            InvalidScope: an id is empty, too long or unprintable.
        """
        scope = replace(self._project, user=user, agent=agent, app=app, run=run)
        check_scope(scope)
        return scope

    def stats(self, *, scope: Scope | None = None) -> Stats:
        """How much the scope holds; the whole project if None."""
        tools = self._engine.ingest
        return Stats(
            **tools.records.counts(scope=self._own(scope, required=False)),
            bytes_on_disk=tools.records.size(),
            model=tools.embedder.model,
            languages=tuple(sorted(tools.passages.languages(scope=self._project))),
        )

    def export(self, path: Path | str) -> TransferReceipt:
        """Write the whole project to a JSON Lines file, without loss; docs/export.md has the form.

        Raises:
            StoreError: the file exists or can't be written.
        """
        return self._engine.ingest.records.export(Path(path), scope=self._project)

    def import_(self, path: Path | str) -> TransferReceipt:
        """Take in what `export` wrote; what is here already stays as it is.

        Raises:
            UnreadableFile: naming the line; nothing is stored.
        """
        tools = self._engine.ingest
        with tools.records.writing(scope=self._project):
            receipt = tools.records.import_(Path(path), scope=self._project)
            reindex(scope=self._project, tools=tools)
        return receipt

    def reindex(
        self, *, embedder: EmbeddingModel | None = None, on_progress: Progress | None = None
    ) -> int:
        """Build the index anew from what is stored, with another embedding model if one is given.

        Searches go on meanwhile; the switch happens at once, at the end.

        Args:
            embedder: the model to index with from now on.
            on_progress: told how many passages are embedded, of how many.

        Returns:
            How many passages the index holds.

        Raises:
            EmbedderError: the model gave no usable vectors; the old index stays.
        """
        engine = self._engine
        if embedder is None:
            return reindex(scope=self._project, tools=engine.ingest, on_progress=on_progress)
        with self._opening:
            settings = replace(self._settings, embedding=embedder)
            switched = open_engine(replace(settings, reindex=True), on_progress)
            # The old engine closes itself when the last call that uses it has ended.
            self._settings, self._opened = settings, switched
        return switched.ingest.records.counts(scope=self._project)["passages"]

    def backup(self, path: Path | str) -> None:
        """Copy the whole file, consistent, while others read and write.

        Raises:
            StoreError: the target exists or can't be written.
        """
        self._engine.ingest.records.backup(Path(path))

    def close(self) -> None:
        """Close the file. Twice is harmless."""
        if self._opened.process == os.getpid():
            self._opened.close()
        if self._temporary is not None:
            self._temporary()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _own(self, scope: Scope | None, *, required: bool = True) -> Scope:
        """The scope of this project that a call is about.

        Raises:
            InvalidScope: it is of another project, or names nobody where it must.
        """
        scope = scope or self._project
        check_scope(scope)
        if scope.everyone != self._project:
            raise InvalidScope("the scope is of another project: take one from this Memory.scope()")
        if required and not scope.names_someone:
            raise InvalidScope("name at least one of user, agent, app or run")
        return scope
