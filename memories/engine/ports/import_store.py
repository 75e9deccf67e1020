"""Imports that are under way: ids, what was agreed for them, and nobody's words."""

from collections.abc import Collection, Sequence
from typing import Protocol

from memories.engine.domain import ImportPart, ImportStage, ImportTerms, Scope, Tally


class ImportStore(Protocol):
    """How far each import of a project is.

    The scope of every call is the whole project, but for `forget`.
    """

    def begin(self, terms: ImportTerms, *, scope: Scope) -> ImportTerms:
        """Note an import; one of that id that is there already stays as it is.

        Returns:
            The terms that hold.
        """
        ...

    def find(self, import_id: str, *, scope: Scope) -> ImportTerms | None:
        """The terms of an import; None if there is none of that id."""
        ...

    def add_part(self, import_id: str, part: ImportPart, *, scope: Scope) -> None:
        """Note a part of an import that has begun."""
        ...

    def parts(self, import_id: str, *, scope: Scope) -> Sequence[ImportPart]:
        """Its parts, by number."""
        ...

    def note_asked(
        self, import_id: str, numbers: Collection[int], *, batch: str, scope: Scope
    ) -> None:
        """Their questions are in a batch."""
        ...

    def settle(
        self, import_id: str, number: int, stage: ImportStage, tally: Tally, *, scope: Scope
    ) -> bool:
        """Note that a part is done with; needs the transaction that stores what it came to.

        Returns:
            False if it was done with before, or is gone: then nothing may be stored.
        """
        ...

    def forget(self, *, scope: Scope) -> None:
        """Forget parts about the messages of whom the scope names; of the project, its imports."""
        ...
