"""The passages in memory, where threads and undone transactions cross."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.index import SqliteIndex
from memories.engine.adapters.sqlite.passage_cache import PassageCache
from memories.engine.adapters.sqlite.store import SqliteRecords
from memories.engine.domain import Selection
from tests.contracts.worlds import ACME, DIMENSIONS, NOON, World

NOW = Selection(now=NOON)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "notes.db")
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database) -> World:
    index = SqliteIndex(database, dimensions=DIMENSIONS)
    return World(SqliteRecords(database), index, index)


def in_a_thread(do: Callable[[], object]) -> None:
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def test_an_older_snapshot_hides_nothing_from_those_after_it(
    database: Database, world: World
) -> None:
    every_run = replace(ACME, run=None)
    world.learn("a boat")

    def add() -> None:
        world.learn("my boat", scope=replace(ACME, run="second"))
        assert world.lexical("kite", NOW) == []

    with database.read() as connection:
        assert connection.number("SELECT count(*) FROM passages") == 1
        in_a_thread(add)
        # This thread still reads the older snapshot, which does not know the second run.
        world.lexical("boat", NOW, scope=every_run)
        world.lexical("boat", replace(NOW, as_of=NOON), scope=every_run)
    assert len(world.lexical("boat", NOW, scope=every_run)) == 2
    assert len(world.lexical("boat", replace(NOW, as_of=NOON), scope=every_run)) == 2


def test_rows_that_take_the_numbers_of_undone_ones_have_their_own_words(
    database: Database, world: World
) -> None:
    cache = PassageCache(DIMENSIONS)
    world.learn("a car")

    def fail() -> None:
        with database.write() as connection:
            world.learn("a boat")
            assert cache.fresh(connection).postings.holding("boat")[0].tolist() == [1]
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    cache.forget()
    kite = world.learn("a kite")
    with database.read() as connection:
        passages = cache.fresh(connection)
    assert passages.owner_ids.tolist()[1] == kite.id
    assert passages.postings.holding("boat")[0].tolist() == []
    assert passages.postings.holding("kite")[0].tolist() == [1]
