"""Summing up what agents did, awaited."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial

from memories.engine.domain import AddResult, JsonObject, Scope
from memories.engine.memory._async_file import AsyncProjectFile


class AsyncSummaries(AsyncProjectFile):
    """What an AsyncMemory sums up."""

    async def summarize_run(
        self,
        messages: str | Mapping[str, object] | Sequence[object] = (),
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        give_up: bool = True,
        job_id: str | None = None,
        seed: str | None = None,
    ) -> AddResult:
        """As `Memory.summarize_run`."""
        return await self._run(
            partial(
                self._memory.summarize_run,
                messages,
                scope=scope,
                timezone=timezone,
                timestamp=timestamp,
                metadata=metadata,
                categories=categories,
                expires_at=expires_at,
                give_up=give_up,
                job_id=job_id,
                seed=seed,
            )
        )
