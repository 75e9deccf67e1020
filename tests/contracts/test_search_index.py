"""What memories/engine/ports/search_index.py promises, over every adapter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.domain import (
    AllOf,
    Condition,
    Found,
    Interval,
    Kind,
    Link,
    LinkKind,
    MemoryRecord,
    Operator,
    Precision,
    Scope,
    Selection,
)
from memories.engine.text.tokens import analyse
from tests.contracts.worlds import ACME, EVERYONE, IDS, NOON, SEEING_ALL, World

DAY = timedelta(days=1)
NOW = Selection(now=NOON)
AROUND_NOON = Interval(NOON - 9 * DAY, NOON + 9 * DAY, Precision.WEEK)

Finder: TypeAlias = Callable[[World, Scope, Selection], Sequence[Found]]
# Each finds every row whose text holds "boat" and that mentions Ines.
FINDERS: Mapping[str, Finder] = {
    "semantic": lambda world, scope, selection: world.index.semantic(
        world.vector("boat"), scope=scope, selection=selection, limit=100, messages=True
    ),
    "lexical": lambda world, scope, selection: world.index.lexical(
        [("boat",)], scope=scope, selection=selection, limit=100, messages=True
    ),
    "entity": lambda world, scope, selection: world.index.entity(
        {"entity-Ines-acme": 1.0}, scope=scope, selection=selection, limit=100, messages=True
    ),
    "temporal": lambda world, scope, selection: world.index.temporal(
        AROUND_NOON, scope=scope, selection=selection, limit=100, messages=True
    ),
}
# Each tells of given rows.
TELLERS: Mapping[str, Callable[[World, Scope, Sequence[str]], object]] = {
    "candidates": lambda world, scope, ids: world.candidates("boat", *ids, scope=scope).ids,
    "matched_terms": lambda world, scope, ids: world.index.matched_terms(
        ids, ["boat"], scope=scope
    ),
}


def found_by(finder: str, world: World, selection: Selection, scope: Scope = ACME) -> set[str]:
    return {each.owner_id for each in FINDERS[finder](world, scope, selection)}


def foreign_scopes(ids: Sequence[str] = IDS) -> list[Scope]:
    return [
        *(replace(ACME, **{id_: "globex"}) for id_ in ids),
        *(replace(EVERYONE, **{id_: "globex"}) for id_ in ids),
    ]


def learn(world: World, text: str, **changes: object) -> MemoryRecord:
    """A memory that mentions Ines."""
    memory = world.learn(text, **changes)  # type: ignore[arg-type]  # one of several fields
    world.records.entities.mention(
        "entity-Ines-acme", memory.id, surface="Ines", score=1.0, reason="", scope=ACME
    )
    return memory


@pytest.fixture
def rows(world: World) -> set[str]:
    """A message and two memories that every finder finds, among globex's alike."""
    message = world.say("Ines owns a boat.")
    boats = [
        world.learn(f"The boat of Ines is {colour}.", source=message) for colour in ("red", "blue")
    ]
    ids = {message.id, *(boat.id for boat in boats)}
    world.name_entity("Ines", *ids)
    for place, scope in enumerate(foreign_scopes()[:4]):
        foreign = world.say("Ines owns a boat.", scope=scope, session=f"foreign {place}")
        boat = world.learn("The boat of Ines is red.", source=foreign, scope=scope)
        if scope.user != ACME.user:
            world.name_entity("Ines", foreign.id, boat.id, scope=scope)
    return ids


@pytest.mark.parametrize("finder", FINDERS)
def test_a_search_finds_its_own_rows_and_nobody_elses(
    world: World, rows: set[str], finder: str
) -> None:
    assert found_by(finder, world, NOW) == rows
    for scope in foreign_scopes():
        assert found_by(finder, world, NOW, scope).isdisjoint(rows), scope


@pytest.mark.parametrize("teller", TELLERS)
def test_only_those_who_own_a_row_are_told_of_it(world: World, rows: set[str], teller: str) -> None:
    for scope in (ACME, EVERYONE, replace(EVERYONE, run="acme")):
        assert TELLERS[teller](world, scope, sorted(rows)), scope
    for scope in foreign_scopes():
        assert not TELLERS[teller](world, scope, sorted(rows)), scope


def test_entities_of_others_are_never_near(world: World, rows: set[str]) -> None:
    assert rows
    vector = world.vector("Ines")
    (near,) = world.index.near_entities(vector, scope=ACME, limit=9)
    assert (near.owner_id, near.reasons) == ("entity-Ines-acme", ("Ines",))
    assert near.score == pytest.approx(1)
    for scope in foreign_scopes(("user", "agent", "app")):
        found = world.index.near_entities(vector, scope=scope, limit=9)
        assert "entity-Ines-acme" not in {each.owner_id for each in found}


@pytest.mark.parametrize("finder", FINDERS)
def test_scores_lie_above_0_up_to_1_and_descend(world: World, rows: set[str], finder: str) -> None:
    learn(world, "boat " * 40)
    learn(world, "boat")
    found = FINDERS[finder](world, ACME, NOW)
    assert len(found) == len(rows) + 2
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 + 1e-6 for score in scores)
    assert len({each.owner_id for each in found}) == len(found)


@pytest.mark.parametrize("finder", FINDERS)
def test_at_most_as_many_rows_as_asked_for_are_found_and_messages_only_if_wanted(
    world: World, rows: set[str], finder: str
) -> None:
    best = [each.owner_id for each in FINDERS[finder](world, ACME, NOW)]
    calls = {
        "semantic": lambda limit, messages: world.index.semantic(
            world.vector("boat"), scope=ACME, selection=NOW, limit=limit, messages=messages
        ),
        "lexical": lambda limit, messages: world.index.lexical(
            [("boat",)], scope=ACME, selection=NOW, limit=limit, messages=messages
        ),
        "entity": lambda limit, messages: world.index.entity(
            {"entity-Ines-acme": 1.0}, scope=ACME, selection=NOW, limit=limit, messages=messages
        ),
        "temporal": lambda limit, messages: world.index.temporal(
            AROUND_NOON, scope=ACME, selection=NOW, limit=limit, messages=messages
        ),
    }
    limited = calls[finder](limit=2, messages=True)
    assert [each.owner_id for each in limited] == best[:2]
    memories = {each.owner_id for each in calls[finder](limit=9, messages=False)}
    assert memories == {id_ for id_ in rows if id_.startswith("memory")}


@pytest.mark.parametrize("finder", FINDERS)
def test_a_search_shows_what_the_selection_lets_through(world: World, finder: str) -> None:
    world.name_entity("Ines")
    ids = {
        "plain": learn(world, "plain boat", metadata={"colour": "red"}).id,
        "expired": learn(world, "expired boat", expires_at=NOON).id,
        "later": learn(world, "boat said later", said_at=NOON + DAY).id,
        "stored": learn(world, "boat stored later", recorded_at=NOON + DAY).id,
        "merged": learn(world, "merged boat").id,
        "superseded": learn(world, "superseded boat", said_at=NOON - DAY).id,
    }
    for kind, from_, to in (
        (LinkKind.MERGED_INTO, "merged", "plain"),
        (LinkKind.SUPERSEDES, "plain", "superseded"),
    ):
        link = Link(kind, ids[from_], ids[to], 1.0, "")
        world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)

    def shown(selection: Selection) -> set[str]:
        found = found_by(finder, world, selection)
        return {name for name, id_ in ids.items() if id_ in found}

    usual = {"plain", "later", "stored", "superseded"}
    assert shown(NOW) == usual
    assert shown(replace(NOW, show_expired=True)) == usual | {"expired"}
    assert shown(replace(NOW, include_merged=True)) == usual | {"merged"}
    assert shown(replace(NOW, latest_only=True)) == usual - {"superseded"}
    assert shown(replace(NOW, as_of=NOON)) == usual - {"later"}
    assert shown(replace(NOW, recorded_as_of=NOON)) == usual - {"stored"}
    assert shown(replace(NOW, as_of=NOON - DAY, latest_only=True)) == {"superseded"}
    red = AllOf((Condition("metadata", Operator.EQ, "red", ("colour",)),))
    assert shown(replace(NOW, filter=red)) == {"plain"}


def test_of_alike_rows_the_one_that_holds_more_of_the_words_comes_first(world: World) -> None:
    both = world.learn("a red boat in Porto")
    one = world.learn("a red boat in Lisbon")
    world.learn("a green car in Faro")
    assert world.lexical("red boat Porto", NOW) == [both.id, one.id]
    assert world.index.lexical([], scope=ACME, selection=NOW, limit=9, messages=True) == []


# Anything that people type, besides what the analyser finds no word in.
# Postgres keeps no NUL and refuses what holds one.
letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
tokens = st.text(letters, min_size=1, max_size=12).filter(lambda text: bool(analyse(text)))


@given(tokens)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_row_is_found_by_every_term_of_its_own(world: World, token: str) -> None:
    row = world.learn(f"{token} boat")
    for term in analyse(token):
        found = world.index.lexical(
            [(term,)], scope=ACME, selection=NOW, limit=10_000, messages=True
        )
        scores = {each.owner_id: each.score for each in found}
        assert 0 < scores[row.id] <= 1
        assert term in world.index.matched_terms([row.id], [term], scope=ACME)[row.id]


@pytest.mark.parametrize(
    "term", ['"', "a*", "c++", "x:y", "(", "NEAR", "OR", "^boat", "scope", "-", "~", "'", "%", "ß"]
)
def test_no_term_is_taken_for_a_command(world: World, term: str) -> None:
    world.learn("a boat")
    world.index.lexical([(term,)], scope=ACME, selection=NOW, limit=9, messages=True)


def test_rows_that_differ_only_in_scope_do_not_move_each_others_rank(world: World) -> None:
    world.learn("a red boat")
    (alone,) = world.index.lexical([("boat",)], scope=ACME, selection=NOW, limit=9, messages=True)
    assert alone.score > 0.3
    assert world.lexical("boat", NOW, scope=replace(ACME, user="globex")) == []


def test_the_row_of_the_asked_time_comes_first(world: World) -> None:
    def on(day: int, length: int = 1) -> Interval:
        return Interval(NOON + day * DAY, NOON + (day + length) * DAY, Precision.DAY)

    near = world.learn("near", occurred=on(2))
    nearer = world.learn("nearer", occurred=on(1))
    said = world.learn("said then", said_at=NOON + 3 * DAY)
    world.learn("told then of another time", occurred=on(90))
    world.learn("long ago", occurred=on(-90))
    world.learn("ends as it begins", occurred=on(-1))
    found = world.index.temporal(on(0, 4), scope=ACME, selection=NOW, limit=9, messages=True)
    assert {each.owner_id for each in found} == {near.id, nearer.id, said.id}
    assert found[0].owner_id == nearer.id or found[0].owner_id == near.id
    assert {each.score for each in found} == {1.0}


def test_what_is_put_without_a_vector_is_found_by_its_words_alone(world: World) -> None:
    known = world.learn("a red boat")
    world.passages.withdraw([], scope=ACME)
    message = world.say("hello")
    world.passages.withdraw([message.id], scope=ACME)
    world.put(message.id, "a blue boat", is_message=True, embedded=False)
    assert world.semantic("boat", NOW) == [known.id]
    assert set(world.lexical("boat", NOW)) == {known.id, message.id}
    assert world.likeness("boat", known.id, message.id).keys() == {known.id}


def test_a_retired_wording_is_found_only_as_of_its_time(world: World) -> None:
    row = world.learn("a red boat")
    newer = world.put(
        row.id, "a blue kite", version=2, said_at=NOON + DAY, recorded_at=NOON + 2 * DAY
    )
    world.passages.clear(scope=ACME)
    world.put(row.id, "a red boat")
    for scope in foreign_scopes():
        world.passages.retire(row.id, by=newer, scope=scope)
    assert world.lexical("boat", NOW) == [row.id]
    world.passages.retire(row.id, by=newer, scope=ACME)
    world.put(row.id, "a blue kite", version=2, said_at=NOON + DAY, recorded_at=NOON + 2 * DAY)
    vector = world.vector("red boat")
    for time, is_old in ((NOON, True), (NOON + DAY, False)):
        as_of = replace(NOW, as_of=time)
        assert world.lexical("boat", as_of) == ([row.id] if is_old else [])
        assert world.lexical("kite", as_of) == ([] if is_old else [row.id])
        (near,) = world.index.semantic(vector, scope=ACME, selection=as_of, limit=9, messages=False)
        assert (near.score > 0.7) is is_old
    assert world.lexical("boat", replace(NOW, recorded_as_of=NOON + DAY)) == [row.id]
    assert world.lexical("boat", NOW) == []
    assert world.lexical("kite", NOW) == [row.id]


def test_a_withdrawn_message_is_found_no_more(world: World) -> None:
    boat, car = world.say("my boat"), world.say("my car")
    for scope in foreign_scopes():
        world.passages.withdraw([boat.id], scope=scope)
    assert world.lexical("boat", NOW) == [boat.id]
    world.passages.withdraw([boat.id], scope=ACME)
    assert world.lexical("boat", NOW) == []
    assert world.semantic("my boat", NOW) == [car.id]


def test_what_is_cleared_is_found_no_more_and_can_be_put_again(
    world: World, open_world: Callable[[str], World]
) -> None:
    other = open_world("b")
    rows = [world.learn(text) for text in ("a boat", "a car")]
    assert len(other.semantic("boat", NOW)) == 2
    with world.records.writing(scope=ACME):
        world.passages.clear(scope=EVERYONE)
        world.put(rows[1].id, "a kite")
        assert len(other.semantic("boat", NOW)) == 2
        assert other.lexical("boat", NOW) == [rows[0].id]
    for each in (world, other):
        assert each.lexical("boat", NOW) == []
        assert each.semantic("kite", NOW) == [rows[1].id]


def test_a_row_says_when_it_was_said_and_what_time_it_tells_of(world: World) -> None:
    turn = world.say("one", said_at=NOON - DAY)
    other = world.say("two", session="another")
    told = Interval(NOON - 3 * DAY, NOON - 2 * DAY, Precision.DAY)
    memory = world.learn("two", source=turn, occurred=told)
    found = world.candidates("one", turn.id, other.id, memory.id)
    row = {id_: place for place, id_ in enumerate(found.ids)}
    noon = NOON.timestamp()
    assert found.said_at[row[turn.id]] == noon - DAY.total_seconds()
    assert np.isnan(found.occurred[row[turn.id]]).all()
    assert found.occurred[row[memory.id]].tolist() == [
        told.start.timestamp(),
        told.until.timestamp(),
    ]
    assert [found.kinds[row[id_]] for id_ in (turn.id, memory.id)] == [
        -1,
        list(Kind).index(memory.kind),
    ]
    assert found.sessions[row[turn.id]] != found.sessions[row[other.id]]
    assert found.sessions[row[memory.id]] < 0


def test_the_newest_row_is_the_newest_that_may_be_seen(world: World) -> None:
    assert world.index.newest(scope=ACME, selection=NOW) is None
    world.say("one", said_at=NOON - DAY)
    world.learn("two", said_at=NOON - 2 * DAY)
    world.learn("three", said_at=NOON, expires_at=NOON)
    world.learn("four", said_at=NOON, scope=replace(ACME, user="globex"))
    assert world.index.newest(scope=ACME, selection=NOW) == NOON - DAY
    earlier = replace(NOW, as_of=NOON - 2 * DAY)
    assert world.index.newest(scope=ACME, selection=earlier) == NOON - 2 * DAY


def test_a_memory_is_judged_with_its_turn_and_the_turns_around_it(world: World) -> None:
    turns = [world.say(text) for text in ("boat", "red boat", "boat boat", "sea", "boat", "boat")]
    memory = world.learn("a boat", source=turns[2])
    alone = world.learn("no boat")
    found = world.candidates("boat", memory.id, alone.id)
    assert set(found.ids) == {memory.id, alone.id, turns[2].id}
    row = {id_: place for place, id_ in enumerate(found.ids)}
    assert found.learned.tolist() == [[row[memory.id], row[turns[2].id]]]
    assert [bool(found.is_message[row[id_]]) for id_ in (memory.id, turns[2].id)] == [False, True]
    (turn,) = [at for at, owner in enumerate(found.owners) if owner == row[turns[2].id]]
    # Two turns before it hold the word once each, itself twice, two after it once together.
    assert (found.counts[turn].tolist(), found.counts_around[turn].tolist()) == ([2], [5])
    assert (found.lengths[turn], found.lengths_around[turn]) == (2, 7)
    (lone,) = [at for at, owner in enumerate(found.owners) if owner == row[alone.id]]
    assert found.counts_around[lone].tolist() == [1]
    assert found.sessions[row[alone.id]] < 0
    assert set(found.speakers) == {"Nora"}


def test_turns_that_a_read_may_not_see_do_not_count_around_one(world: World) -> None:
    first = world.say("boat")
    world.say("boat", said_at=NOON + DAY)
    world.say("boat", session="another")
    world.say("boat", expires_at=NOON - DAY)
    for selection, counted in ((NOW, 2), (replace(NOW, as_of=NOON), 1)):
        found = world.candidates("boat", first.id, selection=selection)
        assert found.counts_around.tolist() == [[counted]]


def test_who_speaks_in_a_scope_is_known(world: World, rows: set[str]) -> None:
    assert rows
    assert world.passages.speakers(scope=ACME) == {"Nora"}
    assert world.passages.speakers(scope=replace(ACME, user="nobody")) == frozenset()


def test_languages_are_remembered(world: World, open_world: Callable[[str], World]) -> None:
    assert world.passages.languages(scope=EVERYONE) == frozenset()
    world.passages.note_languages(["pt", "en"], scope=EVERYONE)
    world.passages.note_languages(["en", "th"], scope=ACME)
    assert open_world("b").passages.languages(scope=EVERYONE) == {"en", "pt", "th"}


def test_everything_is_seen_when_everything_is_asked_for(world: World, rows: set[str]) -> None:
    everything = world.lexical("boat", SEEING_ALL, scope=EVERYONE)
    assert rows < set(everything)
    assert len(everything) == 11
