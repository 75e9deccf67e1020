"""What another way of finding must do to be measured beside this one."""

from collections.abc import Sequence
from typing import Protocol

from memories import Conversation


class Ranker(Protocol):
    """Something that remembers one conversation and ranks its turns for a question."""

    @property
    def name(self) -> str:
        """Its key in the report."""
        ...

    def remember(self, conversation: Conversation) -> None:
        """Take in a conversation; called once, before any question."""
        ...

    def rank(self, question: str, limit: int) -> Sequence[str]:
        """Client ids of at most so many turns, best first, each once."""
        ...
