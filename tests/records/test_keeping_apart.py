"""Projects share tables and nothing else; what the database refuses is an error of the engine's."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from memories.engine.domain import Condition, JsonObject, MemoryRecord, Operator, Scope, Selection
from memories.engine.errors import InvalidInput, InvalidScope, StoreError
from memories.engine.text.forms import form_of
from memories.records.database import Database
from memories.records.indexing import IndexSource
from memories.records.passages import PostgresPassages
from memories.records.projects import changed_projects, remove_project
from tests.contracts.worlds import ACME, EVERYONE, NOON, SEEING_ALL, World
from tests.records.worlds import untold_world

OTHER = Scope("acme", "other")
OURS_THERE = replace(OTHER, user="acme", agent="acme", app="acme", run="acme")


def opened(scope: Scope) -> World:
    return untold_world(scope)


def fill(world: World, scope: Scope) -> MemoryRecord:
    said = world.say("A boat.", scope=scope)
    boat = world.learn("Ines owns a boat.", scope=scope, source=said)
    world.name_entity("Ines", boat.id, scope=scope)
    world.records.remember_setting("colour", "red", scope=scope)
    return boat


def test_two_projects_keep_the_same_ids_apart(world: World) -> None:
    other = opened(OTHER)
    boat = fill(world, ACME)
    assert fill(other, OURS_THERE).id == boat.id
    assert other.records.counts(scope=OTHER) == world.records.counts(scope=EVERYONE)
    world.records.memories.delete([boat.id], at=NOON, scope=EVERYONE)
    world.records.messages.delete_all(scope=EVERYONE)
    world.records.entities.prune(None, scope=EVERYONE)
    assert set(world.records.counts(scope=EVERYONE).values()) == {0}
    assert set(other.records.counts(scope=OTHER).values()) == {0, 1, 2}
    assert other.records.memories.forgetting_key(
        scope=OTHER
    ) != world.records.memories.forgetting_key(scope=EVERYONE)


def test_a_store_answers_for_its_project_alone(world: World) -> None:
    with pytest.raises(InvalidScope, match="another project"):
        world.records.counts(scope=OTHER)
    with pytest.raises(InvalidScope, match="another project"), world.records.writing(scope=OTHER):
        pass


def test_a_removed_project_takes_everything_with_it(world: World) -> None:
    other = opened(OTHER)
    fill(world, ACME)
    fill(other, OURS_THERE)
    before = other.records.counts(scope=OTHER)
    assert set(changed_projects(9)) == {Scope("acme", "notes"), Scope("acme", "other")}
    assert remove_project(EVERYONE)
    assert not remove_project(EVERYONE)
    assert changed_projects(9) == [Scope("acme", "other")]
    assert other.records.counts(scope=OTHER) == before
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("records_") and table != "records_project":
                cursor.execute(f"SELECT count(DISTINCT project) FROM {table}")  # noqa: S608 - ours
                assert cursor.fetchall()[0][0] <= 1, table


def test_who_has_a_removed_project_open_can_write_no_more(world: World) -> None:
    remove_project(EVERYONE)
    with pytest.raises(StoreError, match="removed"):
        world.say("Ines owns a boat.")
    assert world.texts() == []
    assert opened(EVERYONE).say("Ines owns a boat.").id


@pytest.mark.parametrize("text", ["a\0b", "\ud83d"], ids=["NUL", "surrogate"])
def test_a_text_that_is_none_is_refused_and_undone(world: World, text: str) -> None:
    with pytest.raises(InvalidInput, match="a text holds") as caught:
        world.say(text)
    assert caught.value.__cause__ is None
    spoiled: list[JsonObject] = [{"k": text}, {text: 1}]
    for metadata in spoiled:
        with pytest.raises(InvalidInput, match="a text holds"):
            world.learn("Ines owns a boat.", metadata=metadata)
    assert world.texts() == []


def test_an_error_tells_nothing_of_what_was_stored(world: World) -> None:
    memory = world.learn("Ines owns a boat.")
    with pytest.raises(StoreError, match=r"UniqueViolation \(23505\)") as caught:
        world.records.memories.add(memory, identity=b"other", quotes=[], scope=ACME)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert memory.id not in str(caught.value)


def test_metadata_comes_back_as_it_went_in(world: World) -> None:
    kept: JsonObject = {
        "large": 1e300,
        "zero": -0.0,
        "one": 1.0,
        "long": 2**70,
        "tenth": 0.1,
        "e": [[], {}],
    }
    memory = world.learn("Ines owns a boat.", metadata=kept)
    found = world.records.memories.get([memory.id], scope=ACME)[memory.id].metadata
    assert repr(sorted(found.items())) == repr(sorted(kept.items()))
    for value, key in ((int(1e300), "large"), (0, "zero"), (1, "one"), (float(2**70), "long")):
        asked = Condition("metadata", Operator.EQ, value, (key,))
        assert world.texts(Selection(NOON, filter=asked)) == [memory.text], key


def test_ids_are_looked_into_whatever_their_case(world: World) -> None:
    world.learn("a boat", scope=replace(EVERYONE, user="STRASSE"))
    world.learn("a ship", scope=replace(EVERYONE, user="weg"))
    asked = Condition("user", Operator.ICONTAINS, "straße")
    selection = replace(SEEING_ALL, filter=asked)
    assert world.texts(selection) == ["a boat"]


def test_names_of_any_length_are_known(world: World) -> None:
    names = [f"Ines {sign * 9000}" for sign in "ab"]
    for name in names:
        world.name_entity(name)
    words = [name.lower() for name in names]
    known = world.records.entities.with_forms(words, scope=ACME)
    assert {form: each[0].entity.name for form, each in known.items()} == dict(
        zip(words, names, strict=True)
    )
    short = form_of("Ines")
    assert len(world.records.entities.called([short], scope=ACME)[short]) == 2
    assert world.records.entities.called([words[0] + "x"], scope=ACME) == {}


def test_writers_of_a_project_wait_for_each_other_and_not_for_others(world: World) -> None:
    other = opened(OTHER)
    done: list[str] = []

    def write(each: World, scope: Scope) -> None:
        each.learn("a boat", scope=scope)
        done.append(scope.project)

    with world.records.writing(scope=ACME):
        waiting = threading.Thread(target=write, args=(world, ACME))
        waiting.start()
        passing = threading.Thread(target=write, args=(other, OURS_THERE))
        passing.start()
        passing.join()
        waiting.join(timeout=0.2)
        assert done == ["other"]
    waiting.join()
    assert done == ["other", "notes"]


def test_a_store_joins_the_transaction_that_is_open(world: World) -> None:
    def fail() -> None:
        with transaction.atomic():
            world.learn("a boat")
            assert world.texts() == ["a boat"]
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert world.texts() == []
    assert IndexSource(Database(EVERYONE)).changes(9, scope=EVERYONE) == []


def test_a_thread_keeps_no_connection(world: World) -> None:
    kept: list[object] = []

    def look() -> None:
        world.texts()
        kept.append(connection.connection)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert kept == [None]


def test_a_note_stays_that_was_changed_meanwhile(world: World) -> None:
    source = IndexSource(Database(EVERYONE))
    boat, ship = world.learn("a boat"), world.learn("a ship")
    seen = source.changes(9, scope=EVERYONE)
    world.records.memories.reinforce(
        boat.id, quotes=[], expires_at=NOON + timedelta(days=1), scope=ACME
    )
    with world.records.writing(scope=ACME):
        world.records.memories.reinforce(ship.id, quotes=[], expires_at=None, scope=ACME)
        thread = threading.Thread(target=source.settle, args=(seen,), kwargs={"scope": EVERYONE})
        thread.start()
        thread.join(timeout=5)
        assert not thread.is_alive()
    assert [each.id for each in source.changes(9, scope=EVERYONE)] == [boat.id, ship.id]


def test_vectors_of_the_newest_wording_are_given_out(world: World) -> None:
    passages = PostgresPassages(Database(EVERYONE))
    boat, said = world.learn("a boat"), world.say("a ship")
    raft = world.draft(boat.id, "a raft", version=2)
    passages.retire(boat.id, by=raft, scope=ACME)
    passages.put([raft], scope=ACME)
    world.put(boat.id, "a raft", version=2, embedded=False)
    found = passages.vectors([boat.id, said.id, "nobody"], scope=EVERYONE)
    assert {id_: vector.tobytes() for id_, vector in found.items()} == {
        boat.id: world.vector("a raft").tobytes()
    }


def test_speakers_are_those_who_said_what_is_indexed(world: World) -> None:
    passages = PostgresPassages(Database(EVERYONE))
    said = world.say("a ship")
    nobody = replace(ACME, user="globex")
    assert passages.speakers(scope=ACME) == passages.speakers(scope=EVERYONE) == {"Nora"}
    assert passages.speakers(scope=nobody) == frozenset()
    passages.withdraw([said.id], scope=ACME)
    assert passages.speakers(scope=ACME) == frozenset()


def test_languages_are_remembered(world: World) -> None:
    passages = PostgresPassages(Database(EVERYONE))
    for languages in ({"en"}, {"en", "de"}, set[str]()):
        passages.note_languages(languages, scope=ACME)
    assert passages.languages(scope=EVERYONE) == {"en", "de"}
