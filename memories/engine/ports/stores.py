"""Where one project is kept."""

from contextlib import AbstractContextManager
from typing import Protocol

from memories.engine.ports.passage_store import PassageStore
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.search_index import SearchIndex, WordIndex


class Stores(Protocol):
    """One project's truth and index. `str` names the place in errors."""

    @property
    def records(self) -> RecordStore:
        """The truth."""
        ...

    @property
    def index_is_apart(self) -> bool:
        """True if the index is a server of its own: questions to it are asked side by side."""
        ...

    def in_one_state(self) -> AbstractContextManager[object]:
        """What a search does in it goes by the state that the project is in when it begins.

        An index that is a server is asked there no longer than it has to answer one search.
        """
        ...

    @property
    def without_index(self) -> WordIndex | None:
        """What finds by words in the truth while the index is away; None if nothing is to."""
        ...

    def passages(self, *, model: str, dimensions: int) -> PassageStore:
        """What the index is made of.

        Args:
            model: the embedding model's name.
            dimensions: length of every vector.
        """
        ...

    def index(self, *, model: str, dimensions: int) -> SearchIndex:
        """The index; its arguments are those of `passages`."""
        ...
