"""Reading everything, a page at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories import InvalidInput, Memory, Scope
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

NOON = datetime(2024, 5, 10, 12, tzinfo=UTC)


def learn(memory: Memory, scope: Scope, number: int) -> None:
    memory.add(f"I own boat number {number}.", scope=scope, infer=False)


@given(
    before=st.integers(0, 9),
    limit=st.integers(1, 4),
    arrivals=st.lists(st.integers(0, 2), max_size=9),
    moves=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_pages_hold_everything_once_whatever_is_added_meanwhile(
    before: int, limit: int, arrivals: list[int], *, moves: bool
) -> None:
    clock = FixedClock(NOON)
    with Memory(embedder=WordHashEmbedder(), clock=clock) as memory:
        acme = memory.scope(user="acme")
        for number in range(before):
            learn(memory, acme, number)
            clock.advance(timedelta(microseconds=moves))
        seen: list[str] = []
        cursor: str | None = None
        number = before
        remaining = iter(arrivals)
        while True:
            page = memory.list(scope=acme, limit=limit, cursor=cursor)
            assert len(page) <= limit
            seen += [each.id for each in page]
            if (cursor := page.cursor) is None:
                break
            for _ in range(next(remaining, 0)):
                learn(memory, acme, number)
                clock.advance(timedelta(microseconds=moves))
                number += 1
        assert [memory.get(id_).text for id_ in seen] == [
            f"I own boat number {each}." for each in range(number)
        ]


def test_pages_keep_to_their_filters(memory: Memory, acme: Scope, globex: Scope) -> None:
    for number in range(5):
        learn(memory, acme, number)
        learn(memory, globex, number)
    memory.add("I own a car.", scope=acme, categories=("land",))
    first = memory.list(filters={"user_id": "acme", "NOT": {"categories": "land"}}, limit=3)
    second = memory.list(
        filters={"user_id": "acme", "NOT": {"categories": "land"}}, limit=3, cursor=first.cursor
    )
    assert (len(first), len(second), second.cursor) == (3, 2, None)
    assert {each.scope for each in (*first, *second)} == {acme}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "bm90IGpzb24=",
        "e30=",
        "W10=",
        "WyJ4Il0=",
        "Wy0xXQ==",
        "WzEuNV0=",
        "WzFlKzk5XQ==",
        "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBd",
        "WzEsIDJd",
        "W251bGxd",
        "Mw==",
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(memory: Memory, acme: Scope, cursor: str) -> None:
    with pytest.raises(InvalidInput, match=r"cursor: expected one that an earlier page gave"):
        memory.list(scope=acme, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 1001, -1])
def test_a_page_has_limits(memory: Memory, acme: Scope, limit: int) -> None:
    with pytest.raises(InvalidInput, match=f"limit: expected 1 to 1000, got {limit}"):
        memory.list(scope=acme, limit=limit)
