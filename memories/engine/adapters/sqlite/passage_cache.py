"""Every passage of a file in memory: its vector, its terms, and where it stands."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from memories.engine.adapters import heap
from memories.engine.adapters.sqlite.cached_table import CachedTable, Columns, Rows, TableShape
from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.postings import Postings
from memories.engine.domain import Flags, Integers, Kind, Numbers, Pairs, Scope, Table, Vectors
from memories.engine.errors import ModelMismatch
from memories.engine.storage.values import Row, blob, whole, words
from memories.engine.text.bm25 import usual_length

_ROWS: Final = (
    "SELECT t.seq, t.owner, t.scope, t.recorded_until IS NOT NULL, m.merged_into IS NOT NULL,"
    " coalesce(m.expires_at, g.expires_at), coalesce(m.id, g.id),"
    " coalesce(m.attributed_to, g.speaker), g.session, g.position, t.start,"
    " coalesce(m.said_at, g.said_at), m.occurred_from, m.occurred_until, m.kind, t.terms, t.vector"
    " FROM passages t"
    " LEFT JOIN memories m ON t.owner % 2 = 0 AND m.seq = t.owner / 2"
    " LEFT JOIN messages g ON t.owner % 2 = 1 AND g.seq = t.owner / 2"
)
_CHANGED: Final = "t.owner IN (SELECT owner FROM changed_passages WHERE seq > ?)"
_ROW_COLUMNS: Final = 17
_NEVER: Final = 2**63 - 1
_MICROS: Final = 1e6
_KINDS: Final[Mapping[object, int]] = {kind.value: place for place, kind in enumerate(Kind)}
_NO_KIND: Final = -1
# A place in a conversation is session * 2**41 + position * 2**21 + offset in the turn.
_SESSION_BITS: Final = 41
_POSITION_BITS: Final = 21
# Passages from which giving memory back is worth its milliseconds, and how many times as many there
# are before it is done again: 40 MB of 290 at 20,000 (measured).
_TIDIED_FROM: Final = 5000
_TIDIED_AGAIN: Final = 1.25
# The place of a memory, which stands in no conversation.
_NOWHERE: Final = -1


@dataclass(frozen=True)
class Passages:
    """The passages as they were at one moment; row i of every array is the same passage.

    Attributes:
        seqs: their numbers in the file, ascending.
        owners: number of the memory or message, as `rows.owner_of_memory` gives it.
        owner_ids: its id.
        scopes: number of the stored scope.
        alive: False for what was removed since.
        retired: True for a memory's older wordings.
        merged: True for memories that were folded into another.
        expires_at: microseconds since 1970.
        said_at: seconds since 1970.
        occurred: from when until when what a memory tells of was, likewise; NaN where it tells of
            no time.
        kinds: place of a memory's kind among all; -1 for a message.
        speakers: index into `speaker_names`.
        places: where in its conversation, ascending as it went on; -1 for a memory.
        in_order: rows of messages by their place.
        vectors: zero where the embedding model did not know the text's words.
        embedded: False for those.
        numbers: of the owners, by id; also of some that are gone.
        scoped: which passages are in a scope, for the scopes that were asked for so far.
    """

    seqs: Integers
    owners: Integers
    owner_ids: "np.ndarray[tuple[int], np.dtype[np.object_]]"
    scopes: Integers
    alive: Flags
    retired: Flags
    merged: Flags
    expires_at: Integers
    said_at: Numbers
    occurred: Table
    kinds: Integers
    speakers: Integers
    speaker_names: Sequence[str]
    places: Integers
    in_order: Integers
    vectors: Vectors
    embedded: Flags
    postings: Postings
    numbers: Mapping[str, int]
    scoped: dict[Scope, Flags]

    @cached_property
    def ordered_places(self) -> Integers:
        """The places of `in_order`, ascending."""
        return self.places[self.in_order]

    @cached_property
    def total(self) -> int:
        """How many passages the project holds."""
        return int(self.alive.sum())

    @cached_property
    def usual_length(self) -> float:
        """Terms in a usual passage of the project."""
        return usual_length(int(self.postings.lengths[self.alive].sum()), self.total)

    @cached_property
    def of_memories(self) -> Flags:
        """True for the passages of memories, False for those of messages."""
        flags: Flags = self.owners % 2 == 0
        return flags

    @cached_property
    def row_of(self) -> Integers:
        """A passage of each owner, by the owner's number; -1 where it has none."""
        rows = np.full(int(self.owners.max(initial=-1)) + 1, -1, dtype=np.int64)
        rows[self.owners] = np.arange(len(self.owners))
        return rows

    def ids_of(self, owners: Integers) -> list[str]:
        """The ids of owners that have passages."""
        ids: list[str] = self.owner_ids[self.row_of[owners]].tolist()
        return ids

    def owned_by(self, chosen: Flags, owners: Integers) -> Flags:
        """True for each of the owners of which a chosen passage is."""
        has = np.zeros(len(self.row_of), dtype=np.bool_)
        has[self.owners[chosen]] = True
        inside = owners < len(has)
        return inside & has[np.where(inside, owners, 0)] if len(has) else inside

    def numbers_of(self, owner_ids: Iterable[str]) -> Integers:
        """The numbers of those of the owners that have passages."""
        found = [self.numbers[id_] for id_ in owner_ids if id_ in self.numbers]
        return np.array(found, dtype=np.int64)

    def sessions_of(self, rows: "Integers | Pairs") -> Integers:
        """Number of each row's session; negative for a memory."""
        return self.places[rows] >> _SESSION_BITS

    def around(self, rows: Integers, steps: Sequence[int]) -> Pairs:
        """The passages so many steps after (before) each in its session; -1 where there is none.

        Returns:
            Shape (steps, rows).
        """
        places = self.places[rows]
        ordered = self.ordered_places
        at = np.searchsorted(ordered, places) + np.array(steps, dtype=np.int64)[:, np.newaxis]
        inside = (at >= 0) & (at < len(ordered)) & (places != _NOWHERE)
        if not len(ordered):
            return np.full(at.shape, -1, dtype=np.int64)
        found = self.in_order[np.where(inside, at, 0)]
        same = inside & (self.sessions_of(found) == self.sessions_of(rows))
        return np.where(same, found, -1)


class PassageCache:
    """The passages of one file, kept fresh across threads and processes."""

    def __init__(self, dimensions: int) -> None:
        """Begin empty.

        Args:
            dimensions: length of every vector.
        """
        self._dimensions = dimensions
        self._lock = threading.Lock()
        # Numbers for the sessions and speakers that were met; they are never taken back.
        self._sessions: dict[str, int] = {}
        self._speakers: dict[str, int] = {}
        self._speaker_names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._table = CachedTable(TableShape("passages", _ROWS, self._arrays, changes=_CHANGED))
        self._loaded: tuple[Rows, Passages] | None = None
        self._tidied_at = 0

    def forget(self) -> None:
        """Drop everything loaded: after a rollback the numbers of rows are given out anew."""
        self._table.forget()
        with self._lock:
            self._loaded = None

    def fresh(self, connection: Connection) -> Passages:
        """The passages as the connection's snapshot has them, or newer.

        Raises:
            ModelMismatch: they were embedded with another model by now.
        """
        rows, are_newer = self._table.fresh(connection)
        with self._lock:
            if self._loaded is None or self._loaded[0] is not rows:
                self._loaded = (rows, self._passages(rows, self._loaded))
                self._tidy(rows.count)
            passages = self._loaded[1]
        # What an older snapshot makes of them is not for those after it to find.
        return replace(passages, scoped={}) if are_newer else passages

    def _tidy(self, count: int) -> None:
        """Now and then, as ever more is loaded, give back what loading and growing needed."""
        if count > _TIDIED_FROM and count > _TIDIED_AGAIN * self._tidied_at:
            self._tidied_at = count
            heap.give_back()

    def _passages(self, rows: Rows, before: tuple[Rows, Passages] | None) -> Passages:
        terms = rows.columns["terms"][: rows.count]
        postings = Postings.none()
        # Rows that were loaded anew may have come to the numbers of others that were undone.
        if before is not None and before[0].loading is rows.loading:
            postings = before[1].postings if before[0].count <= rows.count else postings
        places = _column(rows, "place")
        alive = rows.alive[: rows.count]
        said = np.flatnonzero((places != _NOWHERE) & alive)
        return Passages(
            seqs=_column(rows, "seq"),
            owners=_column(rows, "owner"),
            owner_ids=np.asarray(rows.columns["owner_id"][: rows.count], dtype=np.object_),
            scopes=_column(rows, "scope"),
            alive=alive,
            retired=np.asarray(rows.columns["retired"][: rows.count], dtype=np.bool_),
            merged=np.asarray(rows.columns["merged"][: rows.count], dtype=np.bool_),
            expires_at=_column(rows, "expires_at"),
            said_at=_numbers(rows, "said_at"),
            occurred=np.stack(
                [_numbers(rows, "occurred_from"), _numbers(rows, "occurred_until")], axis=1
            ),
            kinds=_column(rows, "kind"),
            speakers=_column(rows, "speaker"),
            speaker_names=self._speaker_names,
            places=places,
            # Nearly in order already, which a stable sort makes use of.
            in_order=said[np.argsort(places[said], kind="stable")],
            vectors=np.asarray(rows.columns["vector"][: rows.count], dtype=np.float32),
            embedded=np.asarray(rows.columns["embedded"][: rows.count], dtype=np.bool_),
            postings=postings.with_rows(list(terms[postings.count :])),
            numbers=self._numbers,
            scoped={},
        )

    def _arrays(self, found: Sequence[Row]) -> Columns:
        columns = zip(*found, strict=True) if found else ((),) * _ROW_COLUMNS
        seq, owner, scope, retired, merged, expires, ids, said_by, *rest = columns
        session, position, start, said_at, occurred_from, occurred_until, kind, terms, vectors = (
            rest
        )
        self._numbers.update(zip(map(words, ids), map(whole, owner), strict=True))
        return {
            "seq": np.array(seq, dtype=np.int64),
            "owner": np.array(owner, dtype=np.int64),
            "scope": np.array(scope, dtype=np.int64),
            "retired": np.array(retired, dtype=np.bool_),
            "merged": np.array(merged, dtype=np.bool_),
            "expires_at": np.array(
                [_NEVER if each is None else each for each in expires], dtype=np.int64
            ),
            "owner_id": np.array(ids, dtype=np.object_),
            "speaker": np.array([self._speaker(words(name)) for name in said_by], dtype=np.int64),
            "place": np.array(list(map(self._place, session, position, start)), dtype=np.int64),
            # None becomes NaN.
            "said_at": np.array(said_at, dtype=np.float64) / _MICROS,
            "occurred_from": np.array(occurred_from, dtype=np.float64) / _MICROS,
            "occurred_until": np.array(occurred_until, dtype=np.float64) / _MICROS,
            "kind": np.array([_KINDS.get(each, _NO_KIND) for each in kind], dtype=np.int64),
            "terms": np.array(list(map(blob, terms)), dtype=np.object_),
            "embedded": np.array([each is not None for each in vectors], dtype=np.bool_),
            "vector": self._matrix([None if each is None else blob(each) for each in vectors]),
        }

    def _speaker(self, name: str) -> int:
        number = self._speakers.setdefault(name, len(self._speaker_names))
        if number == len(self._speaker_names):
            self._speaker_names.append(name)
        return number

    def _place(self, session: object, position: object, start: object) -> int:
        if session is None:
            return _NOWHERE
        number = self._sessions.setdefault(str(session), len(self._sessions))
        if not isinstance(position, int) or not isinstance(start, int):
            raise TypeError("the file holds no whole numbers where a turn's place belongs")
        return (number << _SESSION_BITS) + (position << _POSITION_BITS) + start

    def _matrix(self, vectors: Sequence[bytes | None]) -> Vectors:
        size = 4 * self._dimensions
        if any(vector is not None and len(vector) != size for vector in vectors):
            raise ModelMismatch("the file was switched to another embedding model by reindex()")
        nothing = bytes(size)
        joined = b"".join(nothing if vector is None else vector for vector in vectors)
        matrix: Vectors = np.frombuffer(joined, dtype="<f4").reshape(-1, self._dimensions)
        return matrix


def _numbers(rows: Rows, name: str) -> Numbers:
    return np.asarray(rows.columns[name][: rows.count], dtype=np.float64)


def _column(rows: Rows, name: str) -> Integers:
    return np.asarray(rows.columns[name][: rows.count], dtype=np.int64)
