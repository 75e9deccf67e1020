"""What the index is made of: chunks of messages and wordings of memories, with their vectors."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from memories.engine.domain import Passage, Scope, Vector


class PassageStore(Protocol):
    """The passages of one project. What is written joins the open transaction, if there is one."""

    def put(self, passages: Sequence[Passage], *, scope: Scope) -> None:
        """Keep passages."""
        ...

    def vectors(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, Vector]:
        """The first vector of each memory's newest wording; of none, where it has no vector."""
        ...

    def retire(self, owner_id: str, *, by: Passage, scope: Scope) -> None:
        """Let an older version's passages be found only as of a time before the new one's."""
        ...

    def withdraw(self, message_ids: Collection[str], *, scope: Scope) -> None:
        """Take messages' passages away."""
        ...

    def clear(self, *, scope: Scope) -> None:
        """Take out everything of the project; searches of others see it until the commit."""
        ...

    def speakers(self, *, scope: Scope) -> frozenset[str]:
        """Names of those who said what is indexed in the scope."""
        ...

    def languages(self, *, scope: Scope) -> frozenset[str]:
        """Languages that the project's texts were found to be in."""
        ...

    def note_languages(self, languages: Collection[str], *, scope: Scope) -> None:
        """Remember that texts in these languages are indexed."""
        ...
