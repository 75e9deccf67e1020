"""Which entities were found to be one, and which must stay two: a part of the truth."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from memories.engine.domain import Company, Entity, EntityMerge, Scope


class EntityMerges(Protocol):
    """Merges of entities: each can be undone, and none loses a mention."""

    def list(self, *, scope: Scope) -> Sequence[EntityMerge]:
        """Every merge where the scope's entities live, the oldest first."""
        ...

    def merge(
        self,
        entity_id: str,
        *,
        into_id: str,
        score: float,
        reason: str,
        at: datetime,
        scope: Scope,
    ) -> None:
        """Give an entity's names and mentions to another one.

        Args:
            entity_id: what is merged; it is not merged yet, nor is the other one.
            into_id: another entity of the same home.
            score: how sure it is.
            reason: why, in words.
            at: when.
            scope: whose.
        """
        ...

    def unmerge(self, entity_id: str, *, scope: Scope) -> None:
        """Give a merged entity back all that came from it, and keep the two apart from now on."""
        ...

    def part(self, entity_id: str, form: str, *, new: Entity, scope: Scope) -> None:
        """Let the mentions of an entity under one form become an entity of its own, kept apart.

        Args:
            entity_id: an entity that has other forms too.
            form: the form's key.
            new: the entity that they become.
            scope: whose.
        """
        ...

    def kept_apart(self, *, scope: Scope) -> frozenset[frozenset[str]]:
        """Pairs of ids of entities that somebody took apart."""
        ...

    def surfaces(self, entity_id: str, *, scope: Scope) -> frozenset[str]:
        """Every wording under which an entity is mentioned."""
        ...

    def company(self, entity_id: str, *, limit: int, scope: Scope) -> Company | None:
        """Where an entity is mentioned; None where it is nowhere.

        Args:
            entity_id: which.
            limit: at most so many memories and messages, those that were stored last.
            scope: whose.
        """
        ...
