"""The part of the truth that knows whom and what memories are about: see `record_store`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from memories.engine.domain import Entity, KnownEntity, Scope, Vector


class EntityStore(Protocol):
    """Who and what memories are about."""

    def with_forms(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """Entities known under any of the forms, form by form."""
        ...

    def people_opening(self, openings: Collection[str], *, scope: Scope) -> frozenset[str]:
        """Names of the people that are known to the scope's home and have one of the openings.

        Args:
            openings: as `text.forms.openings` gives them for a text.
            scope: whose.
        """
        ...

    def called(self, shorts: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[Entity]]:
        """Entities that may be called so for short, two for each: by then it tells nobody apart.

        Args:
            shorts: as `text.forms.short_forms` gives them.
            scope: whose.
        """
        ...

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Entity]:
        """Entities by id, also those that were merged into another; absent ones are left out."""
        ...

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        """Entities that the scope's own memories and messages mention, by first mention.

        Those that were merged into another are left out.
        """
        ...

    def add(self, entity: Entity, *, form: str, scope: Scope) -> None:
        """Store a new entity under its first form."""
        ...

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        """Let an entity be known under one more form.

        Args:
            entity_id: the entity.
            form: the form's key.
            surface: the form as it was written.
            fuller: the form is a fuller name, and becomes the entity's own.
            scope: whose.
        """
        ...

    def mention(
        self,
        entity_id: str,
        owner_id: str,
        *,
        surface: str,
        score: float,
        reason: str,
        scope: Scope,
    ) -> None:
        """Note that a memory or message names an entity, which was merged into no other."""
        ...

    def named_by(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[str]]:
        """Names of the entities that each memory or message mentions."""
        ...

    def embed(self, entity_id: str, *, vector: Vector, scope: Scope) -> None:
        """Give an entity its vector; a second one changes nothing."""
        ...

    def drop_vectors(self, *, scope: Scope) -> Sequence[Entity]:
        """Take the vectors of the scope's entities away.

        Returns:
            The entities that had one.
        """
        ...

    def unmention(self, owner_id: str, *, scope: Scope) -> None:
        """Drop the links from a memory or message to the entities it named."""
        ...

    def mentioned_by(self, owner_ids: Collection[str], *, scope: Scope) -> frozenset[str]:
        """Ids of the entities that any of the memories or messages mentions.

        Those that were merged into another count as well.
        """
        ...

    def prune(self, entity_ids: Collection[str] | None, *, scope: Scope) -> int:
        """Delete those that nothing mentions any more, and the others' names that no text holds.

        Args:
            entity_ids: which to look at; None for all of the scope.
            scope: whose.

        Returns:
            How many entities were deleted.
        """
        ...
