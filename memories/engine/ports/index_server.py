"""An index that is a server of its own, apart from the truth, with a place for each project."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from memories.engine.domain import IndexedEntity, IndexedRow
from memories.engine.ports.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class IndexNode:
    """Where a node answers, or whatever stands before the nodes.

    Attributes:
        url: of its REST interface, `http://host:port` or `https://host:port`.
        grpc: of its gRPC interface, `host:port`.
    """

    url: str
    grpc: str


@dataclass(frozen=True, slots=True)
class IndexAddress:
    """Where a Weaviate cluster answers, and how it keeps a project.

    Attributes:
        nodes: the next one is asked where one does not answer.
        key: sent as a bearer token; nothing if empty.
        replicas: how many nodes hold each row.
        graph: find vectors with HNSW; compare all of a project's if False.
        offloads: projects at rest give their place on the disk back too.
        deadline_seconds: how long one question may take.
        whole: what a search may see is read whole where it is at most so many passages.
    """

    nodes: tuple[IndexNode, ...]
    key: str = field(default="", repr=False)
    replicas: int = 1
    graph: bool = False
    offloads: bool = False
    deadline_seconds: float = 1.5
    whole: int = 400


@dataclass(frozen=True, slots=True)
class IndexState:
    """The state that a project's index is in.

    Attributes:
        name: another one after every change; None where it can't be told.
        is_told: the index has heard of every change of the truth. Where it has not, or that can't
            be told, what it found is shown as the truth has it.
    """

    name: object
    is_told: bool


class IndexWriter(Protocol):
    """Brings one project's index up to date.

    What is written is a state, not a step: the same again changes nothing, in whatever order. Every
    method raises IndexUnavailable where not all of it could be done; the same again completes it.
    """

    def check(self) -> None:
        """Raise IndexUnavailable at once if it lately did not answer, and is not asked for now."""
        ...

    def settle(self, ids: Collection[str], rows: Mapping[str, IndexedRow]) -> int:
        """Let the index hold exactly these passages of the memories and messages.

        Args:
            ids: which.
            rows: those of them that are there; of the others nothing stays.

        Returns:
            How many passages were not as they should be.
        """
        ...

    def settle_entities(self, ids: Collection[str], entities: Mapping[str, IndexedEntity]) -> int:
        """As `settle`, for entities."""
        ...

    def differing(self, ids: Collection[str], rows: Mapping[str, IndexedRow]) -> frozenset[str]:
        """Ids of those that the index does not hold as they are; nothing is changed."""
        ...

    def differing_entities(
        self, ids: Collection[str], entities: Mapping[str, IndexedEntity]
    ) -> frozenset[str]:
        """As `differing`, for entities."""
        ...

    def ids(self) -> Iterator[Collection[str]]:
        """Ids of all memories and messages that the index holds, some hundred at a time."""
        ...

    def entity_ids(self) -> Iterator[Collection[str]]:
        """Ids of all entities that the index holds, likewise."""
        ...


class IndexServer(Protocol):
    """Where the projects' indexes are. Safe for several threads, and after a fork."""

    def reads(self, project: str, *, state: Callable[[], IndexState]) -> SearchIndex:
        """A project's index, to be asked.

        Args:
            project: 4 to 64 letters, digits, underscores and hyphens.
            state: tells the state that the index is in; what is counted in it is remembered as
                long as it has the same name.
        """
        ...

    def writes(self, project: str, *, dimensions: int) -> IndexWriter:
        """A project's index, to be brought up to date; made when it is first written to.

        Args:
            project: as for `reads`.
            dimensions: length of every vector.
        """
        ...

    def one_search(self) -> AbstractContextManager[object]:
        """What is asked in it takes less than two seconds altogether, or raises IndexUnavailable.

        It holds where its context is copied to as well.
        """
        ...

    def rest(self, projects: Collection[str]) -> None:
        """Let projects' indexes give their memory back; the next call wakes each.

        Those that are at rest, or not there, stay as they are.

        Raises:
            IndexUnavailable: not all could be put to rest.
        """
        ...

    def remove(self, project: str) -> None:
        """Delete a project's index."""
        ...

    def is_ready(self) -> bool:
        """True if it answers; within a second."""
        ...

    def close(self) -> None:
        """Close the way to it. Twice is harmless."""
        ...
