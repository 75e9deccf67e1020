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

    def namesakes(self, names: Collection[str], *, scope: Scope) -> Sequence[Entity]:
        """People whose names begin with one of these and go on, or are how one of these begins.

        Of those that go on, two for each name: who is called so is settled as soon as there is
        more than one.

        Args:
            names: as `text.forms.name_words` reads them, with a space between the words.
            scope: whose.
        """
        ...

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        """Entities that the scope's own memories and messages mention, by first mention."""
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
        """Note that a memory or message names an entity."""
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
        """Ids of the entities that any of the memories or messages mentions."""
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
