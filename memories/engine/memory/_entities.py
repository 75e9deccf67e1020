"""Whom and what memories are about, and which of them are one."""

from collections.abc import Sequence

from memories.engine.domain import Entity, EntityMerge, Scope
from memories.engine.ingestion.entity_resolution import (
    Resolution,
    merge_entities,
    merge_found,
    resolve_entities,
    unmerge_entity,
)
from memories.engine.memory._file import ProjectFile


class Entities(ProjectFile):
    """What a Memory knows of entities."""

    def entities(self, *, scope: Scope) -> Sequence[Entity]:
        """Whom and what the scope's memories are about, with aliases, in order of first mention.

        Raises:
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        return self._engine.ingest.records.entities.list(scope=scope)

    def entity_merges(self, *, scope: Scope) -> Sequence[EntityMerge]:
        """Entities that were found to be others, each with score and reason, the oldest first.

        Raises:
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        return self._engine.ingest.records.merges.list(scope=scope)

    def resolve_entities(self, *, scope: Scope, apply: bool = True) -> Resolution:
        """Find entities that are one under several names, and merge those that surely are.

        Args:
            scope: whose; all runs of it together.
            apply: False tells what would be merged, and merges nothing.

        Raises:
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        return self._call(
            lambda engine: resolve_entities(scope=scope, apply=apply, tools=engine.ingest)
        )

    def merge_found(self, merges: Sequence[EntityMerge], *, scope: Scope) -> Sequence[EntityMerge]:
        """Merge entities that `resolve_entities` found to be one, or suggested.

        Args:
            merges: as it gives them; each keeps its score and reason.
            scope: whose.

        Returns:
            Those that were merged: of the others one is gone, or was merged before.

        Raises:
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        return self._call(lambda engine: merge_found(merges, scope=scope, tools=engine.ingest))

    def merge_entities(self, entity_id: str, *, into: str, scope: Scope) -> None:
        """Say that two entities are one; `unmerge_entity` takes it back.

        Args:
            entity_id: the one whose names and mentions go over.
            into: id of the one that stays.
            scope: whose.

        Raises:
            NotFound: one of them is not there, or was merged before.
            InvalidInput: they are the same.
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        self._call(
            lambda engine: merge_entities(entity_id, into_id=into, scope=scope, tools=engine.ingest)
        )

    def unmerge_entity(self, entity_id: str, *, name: str, scope: Scope) -> Entity:
        """Say that an entity is two: a name comes out, with all that is mentioned under it.

        The two are not merged again by themselves.

        Args:
            entity_id: the entity.
            name: a name that it goes by. What was merged into it under that name comes out whole.
            scope: whose.

        Returns:
            The entity that has the name now.

        Raises:
            NotFound: there is no such entity, or it has no such name.
            InvalidInput: it has no other name.
            InvalidScope: the scope names nobody.
        """
        scope = self._own(scope)
        return self._call(
            lambda engine: unmerge_entity(entity_id, name, scope=scope, tools=engine.ingest)
        )
