"""A filter means in Weaviate what it means in Python."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import numpy as np
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from controlplane.shared_index import shared_index
from memories.engine.domain import (
    Condition,
    Filter,
    IndexedRow,
    Interval,
    Kind,
    MemoryRecord,
    Operator,
    Passage,
    Precision,
    Scope,
    Selection,
)
from memories.engine.errors import InvalidFilter
from memories.engine.ports.index_server import IndexState
from memories.engine.retrieval.filters import FilterLimits, parse_filter
from tests.contracts.filter_oracle import matches
from tests.contracts.test_filters import filters, rows

NOW = datetime(2025, 1, 1, tzinfo=UTC)
EVERYONE = Scope("acme", "notes")
MOST_ROWS = 6


class Filtered:
    """Rows in a tenant of their own, and which of them a filter lets through."""

    def __init__(self) -> None:
        self.project = uuid.uuid4().hex
        server = shared_index(settings.INDEX)
        self.writer = server.writes(self.project, dimensions=4)
        unknown = IndexState(None, is_told=False)
        self.index = server.reads(self.project, state=lambda: unknown)
        self.vector = np.array([1, 0, 0, 0], dtype=np.float32)

    def put(self, table: list[dict[str, object]]) -> list[Mapping[str, object]]:
        """Let the tenant hold these rows alone; gives them as they are."""
        told = [as_kept(row) for row in table]
        indexed = [self.row(place, row) for place, row in enumerate(told)]
        ids = [f"m{place}" for place in range(MOST_ROWS)]
        self.writer.settle(ids, {each.told.id: each for each in indexed})
        return told

    def row(self, place: int, row: Mapping[str, object]) -> IndexedRow:
        said_at, start, until = row["said_at"], row["occurred_from"], row["occurred_until"]
        user, metadata, labels = row["user"], row["metadata"], row["categories"]
        assert isinstance(said_at, datetime)
        assert isinstance(metadata, dict)
        assert isinstance(labels, list)
        scope = Scope("acme", "notes", user=None if user is None else str(user), run="r")
        occurred = None
        if isinstance(start, datetime) and isinstance(until, datetime):
            occurred = Interval(start, until, Precision.INSTANT)
        memory = MemoryRecord(
            id=f"m{place}",
            scope=scope,
            text=str(row["text"]),
            attributed_to="x",
            kind=Kind.STATE,
            said_at=said_at,
            recorded_at=NOW,
            updated_at=NOW,
            fingerprint="",
            occurred=occurred,
            categories=tuple(labels),
            metadata=metadata,
        )
        passage = Passage(memory.id, False, 1, 0, 1, said_at, NOW, ("a",), self.vector)
        return IndexedRow(memory, scope, place, None, (), (), (passage,))

    def found(self, filter_: Filter) -> list[str]:
        selection = Selection(now=NOW, filter=filter_)
        found = self.index.semantic(
            self.vector, scope=EVERYONE, selection=selection, limit=9, messages=True
        )
        return sorted(each.owner_id for each in found)


def as_kept(row: dict[str, object]) -> Mapping[str, object]:
    """As a memory can be: both ends of an interval or none, and texts where there must be some."""
    start, until = row["occurred_from"], row["occurred_until"]
    both = (start, until) if start is not None and until is not None else (None, None)
    return row | {
        "said_at": row["said_at"] or NOW,
        "text": row["text"] or "",
        "categories": row["categories"] or [],
        "occurred_from": both[0],
        "occurred_until": both[1],
    }


@pytest.fixture(scope="module")
def filtered() -> Iterator[Filtered]:
    one = Filtered()
    yield one
    shared_index(settings.INDEX).remove(one.project)


@examples(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=filters, table=st.lists(rows, min_size=1, max_size=MOST_ROWS))
def test_weaviate_lets_through_what_the_filter_means(
    filtered: Filtered, raw: Mapping[str, object], table: list[dict[str, object]]
) -> None:
    filter_ = parse_filter(raw, limits=FilterLimits(depth=20, nodes=500))
    kept = filtered.put(table)
    expected = [f"m{place}" for place, row in enumerate(kept) if matches(filter_, row)]
    assert filtered.found(filter_) == expected


def test_what_it_cant_tell_is_an_error_that_says_why(filtered: Filtered) -> None:
    bound = "x" * 40
    with pytest.raises(InvalidFilter, match="first 32 bytes") as refused:
        filtered.found(Condition("metadata", Operator.GT, bound, ("name",)))
    assert refused.value.path == "metadata.name"
    for condition in (
        Condition("user", Operator.GT, "x"),
        Condition("colour", Operator.EQ, "red"),
        Condition("metadata", Operator.GT, value=True, key=("k",)),
    ):
        with pytest.raises(InvalidFilter):
            filtered.found(condition)
