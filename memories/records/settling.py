"""Bringing a project's index up to date with its truth."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Self

from memories.engine.domain import Scope
from memories.engine.errors import IndexUnavailable, StoreBusy
from memories.engine.ports.index_server import IndexWriter
from memories.records.database import BUSY_SECONDS, Database
from memories.records.indexing import ChangedKind, IndexSource

_logger = logging.getLogger("remembrancer.index")
# Rows that are looked at together.
BATCH: Final = 200
# How long others who tell the index are waited for by somebody who has an answer to give.
_SOON_SECONDS: Final = 3
_KINDS: Final[tuple[ChangedKind, ...]] = ("row", "entity")


@dataclass(frozen=True, slots=True)
class Compared:
    """How far an index was as it should be.

    Attributes:
        rows: memories, messages and entities that were compared.
        differing: ids of those that the index held otherwise, or not at all.
        surplus: ids that the index held and the truth did not.
    """

    rows: int
    differing: frozenset[str]
    surplus: frozenset[str]

    @property
    def is_whole(self) -> bool:
        """True if nothing was off."""
        return not (self.differing or self.surplus)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a comparison has come.

    Attributes:
        kind: of the rows that are compared now.
        after: the last id that was; empty to begin.
    """

    kind: ChangedKind
    after: str

    @classmethod
    def read(cls, written: str) -> Self:
        """A place as `written` wrote it; the beginning if it is empty."""
        kind, _, after = written.partition(" ")
        return cls("entity" if kind == "entity" else "row", after)

    def written(self) -> str:
        """As a text."""
        return f"{self.kind} {self.after}"

    def following(self, ids: Sequence[str]) -> "Place | None":
        """Behind a page with those ids; None at the end."""
        if ids:
            return Place(self.kind, ids[-1])
        behind = _KINDS.index(self.kind) + 1
        return Place(_KINDS[behind], "") if behind < len(_KINDS) else None


@dataclass(frozen=True, slots=True)
class ComparedPage:
    """What a page showed.

    Attributes:
        rows: how many were compared.
        differing: ids of those that the index held otherwise, or not at all.
        following: where the next page begins; None at the end.
    """

    rows: int
    differing: frozenset[str]
    following: Place | None


class Settling:
    """Tells one project's index of what changed, one teller at a time."""

    def __init__(
        self,
        database: Database,
        *,
        scope: Scope,
        writer: IndexWriter,
        changed: Callable[[], None],
        told: Callable[[], None],
    ) -> None:
        """Begin.

        Args:
            database: the project's.
            scope: the project.
            writer: its index.
            changed: called when the index is known to be behind.
            told: called when the index has heard of every change.
        """
        self._database = database
        self._source = IndexSource(database)
        self._scope = scope.everyone
        self._writer = writer
        self._changed = changed
        self._told = told

    def settle(self) -> int:
        """Tell the index of every change that it has not heard of.

        Returns:
            How many there were.

        Raises:
            IndexUnavailable: it does not answer; what it was not told stays noted.
            StoreBusy: somebody else has been telling it for long.
        """
        return self._settle(BUSY_SECONDS)

    def try_to_settle(self) -> None:
        """As `settle`; where that can't be done soon, whoever sweeps does it."""
        try:
            self._writer.check()
            self._settle(_SOON_SECONDS)
        except (IndexUnavailable, StoreBusy) as error:
            # Somebody may have said meanwhile that all is told, and not have seen this.
            self._changed()
            _logger.warning("an index is behind: %s", type(error).__name__)

    def compare(self, *, repair: bool) -> Compared:
        """Compare all of the truth with the index, and the index with the truth.

        Changes that were not told yet are told first, so that they are no differences.

        Args:
            repair: bring what differs up to date.

        Raises:
            IndexUnavailable: it does not answer.
        """
        self.settle()
        rows, differing = 0, set[str]()
        place: Place | None = Place(_KINDS[0], "")
        while place is not None:
            page = self.compare_page(place, repair=repair)
            rows += page.rows
            differing |= page.differing
            place = page.following
        surplus = frozenset[str]().union(
            *(self._compare_held(kind, repair=repair) for kind in _KINDS)
        )
        return Compared(rows, frozenset(differing), surplus)

    def compare_page(self, place: Place, *, repair: bool) -> ComparedPage:
        """Compare some of the truth with the index.

        Args:
            place: where to begin.
            repair: bring what differs up to date.
        """
        ids = self._page(place.kind, place.after)
        differing = self.compare_some(place.kind, ids, repair=repair) if ids else frozenset()
        return ComparedPage(len(ids), differing, place.following(ids))

    def compare_some(
        self, kind: ChangedKind, ids: Collection[str], *, repair: bool
    ) -> frozenset[str]:
        """Which of the rows the index does not hold as they are.

        Args:
            kind: of the rows.
            ids: theirs; of those that are gone the index should hold nothing.
            repair: bring them up to date.
        """
        with self._database.alone("index"):
            differing = self._differing(kind, ids)
            if differing and repair:
                self._tell(kind, differing)
                self._told()
        return differing

    def _page(self, kind: ChangedKind, after: str) -> list[str]:
        ids_of = self._source.row_ids if kind == "row" else self._source.entity_ids
        return list(ids_of(scope=self._scope, after=after, limit=BATCH))

    def _compare_held(self, kind: ChangedKind, *, repair: bool) -> frozenset[str]:
        """Ids that the index holds something of, and the truth nothing."""
        held = self._writer.ids() if kind == "row" else self._writer.entity_ids()
        surplus: set[str] = set()
        for ids in held:
            gone = frozenset(ids) - frozenset(self._known(kind, ids))
            if gone:
                surplus |= self.compare_some(kind, gone, repair=repair)
        return frozenset(surplus)

    def _settle(self, within_seconds: int) -> int:
        told = 0
        while some := self._settle_some(within_seconds):
            told += some
        return told

    def _settle_some(self, within_seconds: int) -> int:
        # Two at once could write an older state over a newer one.
        with self._database.alone("index", within_seconds=within_seconds):
            changes = self._source.changes(BATCH, scope=self._scope)
            for kind in _KINDS:
                self._tell(kind, [each.id for each in changes if each.kind == kind])
            if changes:
                self._source.settle(changes, scope=self._scope)
            else:
                self._told()
        return len(changes)

    def _tell(self, kind: ChangedKind, ids: Collection[str]) -> None:
        if kind == "row":
            self._writer.settle(ids, self._source.rows_to_index(ids, scope=self._scope))
        else:
            entities = self._source.entities_to_index(ids, scope=self._scope)
            self._writer.settle_entities(ids, entities)

    def _differing(self, kind: ChangedKind, ids: Collection[str]) -> frozenset[str]:
        if kind == "row":
            rows = self._source.rows_to_index(ids, scope=self._scope)
            return self._writer.differing(ids, rows)
        entities = self._source.entities_to_index(ids, scope=self._scope)
        return self._writer.differing_entities(ids, entities)

    def _known(self, kind: ChangedKind, ids: Collection[str]) -> Collection[str]:
        if kind == "row":
            return self._source.rows_to_index(ids, scope=self._scope).keys()
        return self._source.entities_to_index(ids, scope=self._scope).keys()
