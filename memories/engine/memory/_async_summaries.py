"""Summing up what agents did, and asking about several adds at once, awaited."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial

from memories.engine.domain import AddResult, Guidance, JsonObject, Scope
from memories.engine.ingestion.together import WaitingAdd
from memories.engine.memory._async_file import AsyncProjectFile


class AsyncSummaries(AsyncProjectFile):
    """What an AsyncMemory sums up, and asks about together."""

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

    async def answer_together(
        self,
        adds: Sequence[WaitingAdd],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        guidance: Guidance | None = None,
    ) -> int:
        """As `Memory.answer_together`."""
        return await self._run(
            partial(
                self._memory.answer_together,
                adds,
                scope=scope,
                timezone=timezone,
                guidance=guidance,
            )
        )
