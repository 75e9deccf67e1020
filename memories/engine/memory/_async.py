"""The same calls for asynchronous programs."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from memories.engine.bootstrap import Durability, EmbeddingModel
from memories.engine.domain import (
    AddResult,
    DeletionReceipt,
    JsonObject,
    MemoryRecord,
    Scope,
    Stats,
    TransferReceipt,
)
from memories.engine.ingestion.reindexing import Progress
from memories.engine.ingestion.revision import UNCHANGED, MaybeInstant
from memories.engine.memory._async_reads import AsyncReads
from memories.engine.memory._file import TEMPORARY
from memories.engine.memory._memory import Memory
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.extractor import Extractor
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.reranker import Reranker
from memories.engine.ports.stores import Stores
from memories.engine.ports.tracing import Tracer

# Calls that run at once: embedding and SQLite leave Python's lock, more would only queue there.
_THREADS: Final = 8


class AsyncMemory(AsyncReads):
    """A Memory whose calls are awaited, and run in threads of its own: the loop never waits.

    Opening is not awaited: it reads a few pages, and loads no model.
    """

    def __init__(
        self,
        path: Path | str | Stores = TEMPORARY,
        *,
        organization: str = "local",
        project: str = "default",
        embedder: EmbeddingModel | None = None,
        extractor: Extractor | None = None,
        clock: Clock | None = None,
        timezone: str | tzinfo | None = None,
        durability: Durability = "power-loss",
        deadline_seconds: float = 2.0,
        pending: PendingMessages | None = None,
        answers: SavedAnswers | None = None,
        tracer: Tracer | None = None,
        reranker: Reranker | None = None,
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
            reindex=reindex,
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="memories-async")
        self._closing = False

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

    async def add(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        immutable: bool = False,
        infer: bool = True,
        job_id: str | None = None,
        seed: str | None = None,
    ) -> AddResult:
        """As `Memory.add`."""
        return await self._run(
            partial(
                self._memory.add,
                messages,
                scope=scope,
                timezone=timezone,
                timestamp=timestamp,
                metadata=metadata,
                categories=categories,
                expires_at=expires_at,
                immutable=immutable,
                infer=infer,
                job_id=job_id,
                seed=seed,
            )
        )

    async def update(
        self,
        memory_id: str,
        *,
        text: str | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] | None = None,
        expires_at: MaybeInstant = UNCHANGED,
        timestamp: datetime | None = None,
        if_version: int | None = None,
    ) -> MemoryRecord:
        """As `Memory.update`."""
        return await self._run(
            partial(
                self._memory.update,
                memory_id,
                text=text,
                metadata=metadata,
                categories=categories,
                expires_at=expires_at,
                timestamp=timestamp,
                if_version=if_version,
            )
        )

    async def supersede(self, memory_id: str, *, by: str) -> MemoryRecord:
        """As `Memory.supersede`."""
        return await self._run(partial(self._memory.supersede, memory_id, by=by))

    async def delete(self, memory_id: str, *, keep_source: bool = False) -> DeletionReceipt:
        """As `Memory.delete`."""
        return await self._run(partial(self._memory.delete, memory_id, keep_source=keep_source))

    async def delete_all(
        self, *, scope: Scope, filters: Mapping[str, object] | None = None
    ) -> DeletionReceipt:
        """As `Memory.delete_all`."""
        return await self._run(partial(self._memory.delete_all, scope=scope, filters=filters))

    async def delete_everything(self) -> DeletionReceipt:
        """As `Memory.delete_everything`."""
        return await self._run(self._memory.delete_everything)

    async def delete_older(self, instant: datetime) -> DeletionReceipt:
        """As `Memory.delete_older`."""
        return await self._run(partial(self._memory.delete_older, instant))

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
