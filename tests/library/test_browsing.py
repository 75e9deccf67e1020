"""Reading a shelf from any place on, and who takes part."""

from datetime import UTC, datetime, timedelta

import pytest

from memories import InvalidFilter, InvalidInput, InvalidScope, Memory, ParticipantKind, Scope
from memories.engine.ports.clock import FixedClock

MORNING = datetime(2024, 5, 1, 9, tzinfo=UTC)


def learn(memory: Memory, scope: Scope, *numbers: int) -> None:
    for number in numbers:
        said_at = MORNING + timedelta(days=number // 2)
        memory.add(f"boat {number}", scope=scope, infer=False, timestamp=said_at)


def numbers_of(shelf: object) -> list[int]:
    assert hasattr(shelf, "__iter__")
    return [int(memory.text.split()[1]) for memory in shelf]


def test_a_shelf_begins_where_it_is_asked_to(memory: Memory, acme: Scope, globex: Scope) -> None:
    learn(memory, acme, 4, 0, 2, 3, 1)
    learn(memory, globex, 9)
    shelf = memory.browse(scope=acme)
    assert (numbers_of(shelf), len(shelf), shelf.total) == ([4, 3, 2, 1, 0], 5, 5)
    assert numbers_of(memory.browse(scope=acme, newest_first=False)) == [0, 1, 2, 3, 4]
    shelf = memory.browse(scope=acme, skip=3, limit=1)
    assert (numbers_of(shelf), shelf.total) == ([1], 5)
    beyond = memory.browse(scope=acme, skip=5)
    assert (beyond.memories, beyond.total) == ((), 5)


def test_a_shelf_is_chosen_as_a_list_is(memory: Memory, acme: Scope, clock: FixedClock) -> None:
    learn(memory, acme, 0, 2)
    old, new = memory.list(scope=acme)
    memory.supersede(old.id, by=new.id)
    memory.add("I love green tea.", scope=acme, categories=("tea",))
    memory.add("I really love green tea.", scope=acme)
    memory.add("boat 7", scope=acme, infer=False, expires_at=clock.now())
    for options in (
        {},
        {"latest_only": True},
        {"include_merged": True},
        {"show_expired": True},
        {"as_of": MORNING},
        {"filters": {"categories": "tea"}},
    ):
        shelf = memory.browse(scope=acme, **options)
        page = memory.list(scope=acme, **options)
        assert {each.id for each in shelf} == {each.id for each in page}
        assert shelf.total == len(page) > 0
    assert memory.browse(filters={"user_id": "acme"}).total == memory.browse(scope=acme).total
    assert memory.browse(filters={"user_id": "globex"}).total == 0


def test_browsing_needs_to_know_whom_it_is_about(memory: Memory, acme: Scope) -> None:
    learn(memory, acme, 0)
    for filters in (None, {"kind": "state"}, {"NOT": {"user_id": "globex"}}):
        with pytest.raises(InvalidScope):
            memory.browse(filters=filters)
    with pytest.raises(InvalidFilter):
        memory.browse(scope=acme, filters={"colour": "red"})


@pytest.mark.parametrize(("skip", "limit"), [(-1, 10), (10**10, 10), (0, 0), (0, 1001)])
def test_browsing_has_limits(memory: Memory, acme: Scope, skip: int, limit: int) -> None:
    with pytest.raises(InvalidInput, match=r"^(skip|limit): expected \d"):
        memory.browse(scope=acme, skip=skip, limit=limit)


def test_everyone_takes_part_whom_something_belongs_to(memory: Memory, clock: FixedClock) -> None:
    assert list(memory.participants()) == []
    begun = clock.now()
    memory.add("I own a boat.", scope=memory.scope(user="ana", run="r1"), timestamp=MORNING)
    clock.advance(timedelta(hours=1))
    memory.add("Hello.", scope=memory.scope(user="ben", agent="guide"))
    clock.advance(timedelta(hours=1))
    memory.add("I live in Lisbon.", scope=memory.scope(user="ana", agent="guide"))
    told = [(each.kind, each.name, each.memories) for each in memory.participants()]
    assert told == [
        (ParticipantKind.USER, "ana", 2),
        (ParticipantKind.USER, "ben", 0),
        (ParticipantKind.AGENT, "guide", 1),
        (ParticipantKind.RUN, "r1", 1),
    ]
    ana, ben, *_ = memory.participants()
    assert (ana.first_at, ana.last_at) == (begun, clock.now())
    assert ben.first_at == ben.last_at == begun + timedelta(hours=1)


def test_a_cursor_leads_from_shelf_to_shelf(memory: Memory, acme: Scope) -> None:
    for number in range(5):
        memory.add(f"I own boat number {number}.", scope=acme)
    shelf, found = memory.browse(scope=acme, limit=2), []
    while True:
        found += [each.text for each in shelf]
        if shelf.cursor is None:
            break
        shelf = memory.browse(scope=acme, limit=2, cursor=shelf.cursor)
    assert found == [f"User owns boat number {number}." for number in (4, 3, 2, 1, 0)]
    listed = memory.list(scope=acme, limit=2).cursor
    for cursor in ("", "nonsense", "e30=", listed):
        with pytest.raises(InvalidInput, match="cursor: expected one that an earlier page gave"):
            memory.browse(scope=acme, cursor=cursor)
