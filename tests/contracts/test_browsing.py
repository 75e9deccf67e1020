"""What memories/engine/ports/record_store.py promises of browsing, and of who takes part."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from memories.engine.domain import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    Link,
    LinkKind,
    NoneOf,
    Operator,
    Participant,
    ParticipantKind,
    Place,
    Scope,
    Selection,
    Shelf,
)
from tests.contracts.worlds import ACME, EVERYONE, NOON, SEEING_ALL, World

DAY = timedelta(days=1)


def browse(
    world: World,
    selection: Selection = SEEING_ALL,
    *,
    scope: Scope = ACME,
    after: Place | None = None,
    skip: int = 0,
    limit: int = 100,
    newest_first: bool = True,
) -> Shelf:
    return world.records.memories.browse(
        after=after,
        scope=scope,
        selection=selection,
        skip=skip,
        limit=limit,
        newest_first=newest_first,
    )


def texts(shelf: Shelf) -> list[str]:
    return [each.text for each in shelf]


def test_a_shelf_goes_on_behind_a_place_whatever_came_or_went(world: World) -> None:
    for text, days in (("c", 2), ("a", 0), ("d", 2), ("b", 1), ("e", 2)):
        world.learn(text, said_at=NOON + DAY * days)
    for newest_first, order in ((True, "edcba"), (False, "abcde")):
        for limit in range(1, 6):
            last, found = None, ""
            while shelf := browse(world, after=last, limit=limit, newest_first=newest_first):
                found += "".join(texts(shelf))
                last = shelf.last
            assert found == order
    first = browse(world, limit=2)
    world.learn("newest", said_at=NOON + DAY * 9)
    world.learn("older", said_at=NOON + DAY * 1.5)
    assert texts(browse(world, after=first.last)) == ["c", "older", "b", "a"]
    assert browse(world, scope=replace(ACME, user="nobody")).last is None


def test_memories_are_browsed_by_when_they_were_said_then_stored(world: World) -> None:
    for text, days in (("c", 2), ("a", 0), ("d", 2), ("b", 1), ("e", 2)):
        world.learn(text, said_at=NOON + DAY * days, recorded_at=NOON - DAY * days)
    assert texts(browse(world, newest_first=False)) == list("abcde")
    assert texts(browse(world)) == list("edcba")
    for skip in range(7):
        for limit in range(1, 7):
            shelf = browse(world, skip=skip, limit=limit)
            assert texts(shelf) == list("edcba")[skip : skip + limit]
            assert shelf.total == 5


def test_browsing_sees_the_same_as_listing(world: World) -> None:
    learn = world.learn
    learn("plain")
    learn("expired", expires_at=NOON)
    learn("later", said_at=NOON + DAY)
    learn("else", scope=replace(ACME, user="globex"))
    old, new = learn("old"), learn("new")
    for kind, from_, to in ((LinkKind.SUPERSEDES, new, old), (LinkKind.MERGED_INTO, new, old)):
        link = Link(kind, from_.id, to.id, 1.0, "")
        world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    raft = replace(old, text="revised", version=2, updated_at=NOON + DAY)
    world.records.memories.revise(
        raft, identity=b"raft", said_at=NOON + DAY, old_text=old.text, scope=ACME
    )
    now = Selection(now=NOON)
    for selection in (
        now,
        SEEING_ALL,
        replace(now, latest_only=True),
        replace(now, include_merged=True),
        replace(now, show_expired=True),
        replace(now, as_of=NOON),
        replace(now, recorded_as_of=NOON),
    ):
        for scope in (ACME, EVERYONE, replace(EVERYONE, run="acme")):
            shelf = browse(world, selection, scope=scope)
            assert sorted(texts(shelf)) == sorted(world.texts(selection, scope=scope))
            assert shelf.total == len(shelf) > 0
    assert "old" in texts(browse(world, replace(now, as_of=NOON)))


def test_browsing_keeps_to_whom_the_filter_names(world: World) -> None:
    for user, agent in (("ana", None), ("ana", "guide"), ("ben", "guide"), (None, "guide")):
        for place in ("home", "trip"):
            scope = replace(EVERYONE, user=user, agent=agent)
            world.learn(f"{user} {agent} {place}", scope=scope, metadata={"place": place})

    def of(field: str, value: str, operator: Operator = Operator.EQ) -> Condition:
        return Condition(field, operator, value)

    home = Condition("metadata", Operator.EQ, "home", key=("place",))
    filters: list[Filter] = [
        of("user", "ana"),
        of("user", "ana", Operator.NE),
        AllOf((of("user", "ana"), of("agent", "guide"))),
        AllOf((of("user", "ana"), home)),
        AnyOf((of("user", "ben"), AllOf((of("user", "ana"), home)))),
        AnyOf((of("user", "ben"), home)),
        AllOf((of("agent", "guide"), NoneOf((of("user", "ana"),)))),
        AllOf((of("agent", "guide"), NoneOf((AllOf((of("user", "ana"), home)),)))),
        NoneOf((of("user", "ana"), home)),
    ]
    for filter_ in filters:
        selection = replace(SEEING_ALL, filter=filter_)
        shelf = browse(world, selection, scope=EVERYONE)
        assert sorted(texts(shelf)) == sorted(world.texts(selection)) != [], filter_
        assert shelf.total == len(shelf)


def test_a_shelf_and_its_total_are_of_one_moment(
    world: World, open_world: Callable[[str], World]
) -> None:
    other = open_world("b")
    shelves: list[Shelf] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            shelves.append(browse(other))

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(40):
        world.learn(f"fact {number}")
    done.set()
    looking.join()
    assert shelves
    assert [shelf.total for shelf in shelves] == [len(shelf) for shelf in shelves]


def test_participants_are_whom_messages_and_memories_belong_to(world: World) -> None:
    ana = replace(EVERYONE, user="ana", run="march")
    ben = replace(EVERYONE, user="ben", agent="guide", run="march")
    world.say("hello", scope=ana, recorded_at=NOON)
    boat = world.learn("boat", scope=ana, recorded_at=NOON + DAY)
    ship = world.learn("ship", scope=ana, recorded_at=NOON + DAY * 5, expires_at=NOON)
    raft = world.learn("raft", scope=ben, recorded_at=NOON - DAY)
    web = replace(EVERYONE, app="web")
    world.say("only heard", scope=web, session="web", recorded_at=NOON + DAY * 2)
    for kind, from_, to in ((LinkKind.MERGED_INTO, ship, boat), (LinkKind.SUPERSEDES, raft, boat)):
        link = Link(kind, from_.id, to.id, 1.0, "")
        world.records.memories.link(link, at=NOON, said_at=NOON, scope=EVERYONE)
    user, agent, app, run = ParticipantKind
    ana_takes_part = Participant(user, "ana", 1, NOON, NOON + DAY * 5)
    assert list(world.records.participants(scope=EVERYONE)) == [
        ana_takes_part,
        Participant(user, "ben", 1, NOON - DAY, NOON - DAY),
        Participant(agent, "guide", 1, NOON - DAY, NOON - DAY),
        Participant(app, "web", 0, NOON + DAY * 2, NOON + DAY * 2),
        Participant(run, "march", 2, NOON - DAY, NOON + DAY * 5),
    ]
    assert list(world.records.participants(scope=replace(EVERYONE, user="ana"))) == [
        ana_takes_part,
        Participant(run, "march", 1, NOON, NOON + DAY * 5),
    ]


def test_who_has_nothing_left_takes_part_no_more(world: World) -> None:
    world.say("hello")
    boat = world.learn("boat", scope=replace(EVERYONE, user="ana"))
    world.records.memories.delete([boat.id], at=NOON, scope=EVERYONE)
    assert {each.name for each in world.records.participants(scope=EVERYONE)} == {"acme"}
    world.records.messages.delete_all(scope=ACME)
    assert list(world.records.participants(scope=EVERYONE)) == []
