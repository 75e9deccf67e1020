"""Whom and what memories are about, awaited."""

from collections.abc import Sequence
from functools import partial

from memories.engine.domain import Entity, EntityMerge, Scope
from memories.engine.ingestion.entity_resolution import Resolution
from memories.engine.memory._async_file import AsyncProjectFile


class AsyncEntities(AsyncProjectFile):
    """What an AsyncMemory knows of entities."""

    async def entities(self, *, scope: Scope) -> Sequence[Entity]:
        """As `Memory.entities`."""
        return await self._run(partial(self._memory.entities, scope=scope))

    async def entity_merges(self, *, scope: Scope) -> Sequence[EntityMerge]:
        """As `Memory.entity_merges`."""
        return await self._run(partial(self._memory.entity_merges, scope=scope))

    async def resolve_entities(self, *, scope: Scope, apply: bool = True) -> Resolution:
        """As `Memory.resolve_entities`."""
        return await self._run(partial(self._memory.resolve_entities, scope=scope, apply=apply))

    async def merge_found(
        self, merges: Sequence[EntityMerge], *, scope: Scope
    ) -> Sequence[EntityMerge]:
        """As `Memory.merge_found`."""
        return await self._run(partial(self._memory.merge_found, merges, scope=scope))

    async def merge_entities(self, entity_id: str, *, into: str, scope: Scope) -> None:
        """As `Memory.merge_entities`."""
        await self._run(partial(self._memory.merge_entities, entity_id, into=into, scope=scope))

    async def unmerge_entity(self, entity_id: str, *, name: str, scope: Scope) -> Entity:
        """As `Memory.unmerge_entity`."""
        return await self._run(
            partial(self._memory.unmerge_entity, entity_id, name=name, scope=scope)
        )
