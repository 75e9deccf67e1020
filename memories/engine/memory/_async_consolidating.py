"""Bringing order into what is known, for asynchronous programs."""

from functools import partial

from memories.engine.domain import (
    Consolidation,
    Guidance,
    JsonObject,
    Profile,
    Scope,
    TokenUsage,
)
from memories.engine.memory._async_reads import AsyncReads


class AsyncConsolidates(AsyncReads):
    """What an AsyncMemory finds by looking at memories together."""

    async def consolidate(self, *, scope: Scope, guidance: Guidance | None = None) -> Consolidation:
        """As `Memory.consolidate`."""
        return await self._run(partial(self._memory.consolidate, scope=scope, guidance=guidance))

    async def preview_consolidation(
        self, *, scope: Scope, guidance: Guidance | None = None
    ) -> Consolidation:
        """As `Memory.preview_consolidation`."""
        return await self._run(
            partial(self._memory.preview_consolidation, scope=scope, guidance=guidance)
        )

    async def predict_consolidation(
        self, *, scope: Scope, guidance: Guidance | None = None
    ) -> TokenUsage:
        """As `Memory.predict_consolidation`."""
        return await self._run(
            partial(self._memory.predict_consolidation, scope=scope, guidance=guidance)
        )

    async def profile(self, schema: JsonObject, *, scope: Scope, instructions: str = "") -> Profile:
        """As `Memory.profile`."""
        return await self._run(
            partial(self._memory.profile, schema, scope=scope, instructions=instructions)
        )
