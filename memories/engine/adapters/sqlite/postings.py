"""Which rows hold a term, and how often: an inverted index in memory.

Chosen by measurement over SQLite's FTS5: docs/decisions/0010.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from memories.engine.domain import Integers, Numbers

_DIGEST_BYTES: Final = 8
# The newest segments are joined into one when there are so many.
_MOST_SEGMENTS: Final = 8


@lru_cache(maxsize=65536)
def _digest(term: str) -> bytes:
    # Half a surrogate pair can't be encoded otherwise; a text may hold one.
    encoded = term.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).digest()


def digests(terms: Iterable[str]) -> bytes:
    """The terms as they are stored: 8 bytes each, in order."""
    return b"".join(map(_digest, terms))


@dataclass(frozen=True, slots=True)
class _Segment:
    """Some rows' terms, sorted by digest and then by row."""

    keys: "np.ndarray[tuple[int], np.dtype[np.uint64]]"
    rows: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    counts: "np.ndarray[tuple[int], np.dtype[np.uint16]]"


@dataclass(frozen=True, slots=True)
class Postings:
    """The terms of rows [0, count). Never changed: `with_rows` gives a longer one.

    Attributes:
        lengths: how many terms each row has.
    """

    count: int
    lengths: Numbers
    segments: tuple[_Segment, ...] = ()

    @classmethod
    def none(cls) -> "Postings":
        """Of no rows."""
        return cls(0, np.empty(0, dtype=np.float64))

    def with_rows(self, terms: Sequence[bytes]) -> "Postings":
        """These and, behind them, rows with those terms."""
        if not terms:
            return self
        lengths = np.array([len(each) // _DIGEST_BYTES for each in terms], dtype=np.float64)
        segments = (*self.segments, _segment(terms, lengths, first=self.count))
        if len(segments) > _MOST_SEGMENTS:
            segments = _joined(segments)
        return Postings(self.count + len(terms), np.concatenate([self.lengths, lengths]), segments)

    def holding(self, term: str) -> tuple[Integers, Numbers]:
        """The rows that hold a term, ascending, and how often each does."""
        key = np.frombuffer(_digest(term), dtype="<u8")[0]
        found: list[tuple[Integers, Numbers]] = []
        for segment in self.segments:
            first, last = (
                np.searchsorted(segment.keys, key),
                np.searchsorted(segment.keys, key, side="right"),
            )
            if last > first:
                found.append(
                    (
                        segment.rows[first:last].astype(np.int64),
                        segment.counts[first:last].astype(np.float64),
                    )
                )
        if not found:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        return (
            np.concatenate([rows for rows, _ in found]),
            np.concatenate([counts for _, counts in found]),
        )


def _segment(terms: Sequence[bytes], lengths: Numbers, *, first: int) -> _Segment:
    keys = np.frombuffer(b"".join(terms), dtype="<u8")
    rows = np.repeat(np.arange(first, first + len(terms), dtype=np.int32), lengths.astype(np.int64))
    return _counted(keys, rows, np.ones(len(keys), dtype=np.int64))


def _counted(
    keys: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
    rows: "np.ndarray[tuple[int], np.dtype[np.int32]]",
    counts: Integers,
) -> _Segment:
    # Stable, so that within a term the rows stay in order.
    order = np.argsort(keys, kind="stable")
    keys, rows, counts = keys[order], rows[order], counts[order]
    fresh = np.ones(len(keys), dtype=np.bool_)
    fresh[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
    starts = np.flatnonzero(fresh)
    summed = np.add.reduceat(counts, starts) if len(starts) else counts
    return _Segment(
        keys[starts], rows[starts], np.minimum(summed, np.iinfo(np.uint16).max).astype(np.uint16)
    )


def _joined(segments: Sequence[_Segment]) -> tuple[_Segment, ...]:
    """The segments with those joined that are small beside what came before them."""
    size = len(segments[0].keys)
    kept = 1 if sum(len(each.keys) for each in segments[1:]) < size // 4 else 0
    tail = segments[kept:]
    joined = _counted(
        np.concatenate([each.keys for each in tail]),
        np.concatenate([each.rows for each in tail]),
        np.concatenate([each.counts.astype(np.int64) for each in tail]),
    )
    return (*segments[:kept], joined)
