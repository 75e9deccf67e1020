"""Being told many conversations at once, awaited."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from memories.engine.domain import AddResult, Guidance, ImportState, JsonObject, Scope
from memories.engine.memory._async_file import AsyncProjectFile
from memories.engine.memory._imports import EVERY_SECONDS, Told, look_at_import


class AsyncImports(AsyncProjectFile):
    """What an AsyncMemory is told in imports."""

    async def begin_import(
        self,
        import_id: str,
        conversations: Iterable[Told],
        *,
        timezone: str | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        immutable: bool = False,
        guidance: Guidance | None = None,
        batched: bool = True,
    ) -> ImportState:
        """As `Memory.begin_import`."""
        return await self._run(
            partial(
                self._memory.begin_import,
                import_id,
                conversations,
                timezone=timezone,
                timestamp=timestamp,
                metadata=metadata,
                categories=categories,
                expires_at=expires_at,
                immutable=immutable,
                guidance=guidance,
                batched=batched,
            )
        )

    async def advance_import(
        self,
        import_id: str,
        *,
        give_up: bool = False,
        on_part: Callable[[], object] | None = None,
    ) -> ImportState:
        """As `Memory.advance_import`; `on_part` is called in another thread."""
        return await self._run(
            partial(self._memory.advance_import, import_id, give_up=give_up, on_part=on_part)
        )

    async def finish_import(
        self,
        import_id: str,
        *,
        every_seconds: float = EVERY_SECONDS,
        on_progress: Callable[[ImportState], None] | None = None,
    ) -> ImportState:
        """As `Memory.finish_import`; no thread waits with it."""
        while True:
            state, pause = await self._run(
                partial(look_at_import, self._memory, import_id, every_seconds)
            )
            if on_progress is not None:
                on_progress(state)
            if state.is_over:
                return state
            await asyncio.sleep(pause)

    async def import_state(self, import_id: str) -> ImportState:
        """As `Memory.import_state`."""
        return await self._run(partial(self._memory.import_state, import_id))

    async def import_results(self, import_id: str) -> tuple[tuple[Scope, AddResult], ...]:
        """As `Memory.import_results`."""
        return await self._run(partial(self._memory.import_results, import_id))

    async def cancel_import(self, import_id: str) -> ImportState:
        """As `Memory.cancel_import`."""
        return await self._run(partial(self._memory.cancel_import, import_id))
