"""An opened Memory for asynchronous programs, and what is done with it as a whole."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from memories.engine.bootstrap import (
    Durability,
    EmbeddingModel,
    ExtractorChoice,
    PartReading,
)
from memories.engine.domain import Scope, Stats, TransferReceipt
from memories.engine.errors import StoreError
from memories.engine.ingestion.reindexing import Progress
from memories.engine.memory._file import TEMPORARY
from memories.engine.memory._memory import Memory
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.reranker import Reranker
from memories.engine.ports.stores import Stores
from memories.engine.ports.tracing import Tracer

_Result = TypeVar("_Result")
# Calls that run at once: embedding and SQLite leave Python's lock, more would only queue there.
_THREADS: Final = 8


class AsyncProjectFile:
    """What an AsyncMemory does with its file as a whole."""

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
        """As `Memory`."""
        self._memory = Memory(
            path,
            organization=organization,
            project=project,
            embedder=embedder,
            extractor=extractor,
            clock=clock,
            timezone=timezone,
            durability=durability,
            deadline_seconds=deadline_seconds,
            pending=pending,
            answers=answers,
            tracer=tracer,
            reranker=reranker,
            parts=parts,
            reindex=reindex,
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="memories-async")
        self._closing = False

    async def _run(self, call: Callable[[], _Result]) -> _Result:
        if self._closing:
            raise StoreError("the memory is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    @property
    def embedder(self) -> Embedder:
        """As `Memory.embedder`."""
        return self._memory.embedder

    def scope(
        self,
        *,
        user: str | None = None,
        agent: str | None = None,
        app: str | None = None,
        run: str | None = None,
    ) -> Scope:
        """As `Memory.scope`; not awaited, as it asks nobody."""
        return self._memory.scope(user=user, agent=agent, app=app, run=run)

    async def stats(self, *, scope: Scope | None = None) -> Stats:
        """As `Memory.stats`."""
        return await self._run(partial(self._memory.stats, scope=scope))

    async def export(self, path: Path | str) -> TransferReceipt:
        """As `Memory.export`."""
        return await self._run(partial(self._memory.export, path))

    async def import_(self, path: Path | str) -> TransferReceipt:
        """As `Memory.import_`."""
        return await self._run(partial(self._memory.import_, path))

    async def reindex(
        self, *, embedder: EmbeddingModel | None = None, on_progress: Progress | None = None
    ) -> int:
        """As `Memory.reindex`."""
        return await self._run(
            partial(self._memory.reindex, embedder=embedder, on_progress=on_progress)
        )

    async def backup(self, path: Path | str) -> None:
        """As `Memory.backup`."""
        return await self._run(partial(self._memory.backup, path))

    async def close(self) -> None:
        """As `Memory.close`, after the calls under way."""
        self._closing = True
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._memory.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
