"""What was accepted and is still to be learned from."""

from collections.abc import Sequence
from typing import Protocol

from memories.engine.domain import OwnedMessage, Scope


class PendingMessages(Protocol):
    """Knows the messages that wait outside of the engine for an `add`."""

    def within(self, scope: Scope) -> Sequence[OwnedMessage]:
        """Those of whom the scope names, newest first; of a great many the newest."""
        ...
