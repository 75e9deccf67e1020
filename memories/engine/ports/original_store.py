"""Files that parts of messages were before they became words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from memories.engine.domain import Original, Scope


class OriginalStore(Protocol):
    """The originals of each message; they go with it."""

    def add(self, message_id: str, originals: Sequence[Original], *, scope: Scope) -> None:
        """Keep files with their bytes; the message is stored, and has none of them yet."""
        ...

    def of(self, message_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Original]]:
        """The originals of messages, by message and in order, without their bytes."""
        ...

    def with_content(self, message_id: str, part: int, *, scope: Scope) -> Original | None:
        """One original with its bytes; None if it is not there, or they were removed."""
        ...

    def remove(self, message_id: str, parts: Collection[int], *, scope: Scope) -> int:
        """Take the bytes of originals away for good; what stays is where their words stand.

        Returns:
            How many had any.
        """
        ...
