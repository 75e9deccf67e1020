"""The same calls for asynchronous programs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial

from memories.engine.domain import (
    AddResult,
    DeletionReceipt,
    Guidance,
    JsonObject,
    MemoryRecord,
    Preview,
    Scope,
    TokenUsage,
)
from memories.engine.ingestion.revision import UNCHANGED, MaybeInstant
from memories.engine.memory._async_consolidating import AsyncConsolidates
from memories.engine.memory._async_entities import AsyncEntities
from memories.engine.memory._async_imports import AsyncImports
from memories.engine.memory._async_summaries import AsyncSummaries


class AsyncMemory(AsyncConsolidates, AsyncEntities, AsyncImports, AsyncSummaries):
    """A Memory whose calls are awaited, and run in threads of its own: the loop never waits.

    Opening is not awaited: it reads a few pages, and loads no model.
    """

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
        guidance: Guidance | None = None,
        give_up: bool = True,
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
                guidance=guidance,
                give_up=give_up,
                job_id=job_id,
                seed=seed,
            )
        )

    async def preview(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        guidance: Guidance | None = None,
    ) -> Preview:
        """As `Memory.preview`."""
        return await self._run(
            partial(
                self._memory.preview,
                messages,
                scope=scope,
                timezone=timezone,
                timestamp=timestamp,
                guidance=guidance,
            )
        )

    async def predict(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        guidance: Guidance | None = None,
    ) -> TokenUsage:
        """As `Memory.predict`."""
        return await self._run(
            partial(
                self._memory.predict,
                messages,
                scope=scope,
                timezone=timezone,
                timestamp=timestamp,
                guidance=guidance,
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
