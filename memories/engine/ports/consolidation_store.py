"""The part of the truth that knows what consolidation has looked at: see `record_store`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from memories.engine.domain import MemoryRecord, Scope


class ConsolidationStore(Protocol):
    """Which memories are to be looked at together, and what was derived from them."""

    def due(self, *, scope: Scope, limit: int) -> Sequence[MemoryRecord]:
        """At most so many memories that are to be looked at, in the order they were stored.

        They belong to exactly the home of the scope, which names somebody, in whichever run; they
        are no observations, no summaries of runs, and neither folded nor replaced.
        """
        ...

    def settle(self, ids: Collection[str], *, scope: Scope) -> None:
        """Note that these were looked at."""
        ...

    def renew(self, ids: Collection[str], *, scope: Scope) -> None:
        """Let these be looked at again."""
        ...

    def resting_on(self, ids: Collection[str], *, scope: Scope) -> Sequence[MemoryRecord]:
        """Observations that were derived from any of these."""
        ...
