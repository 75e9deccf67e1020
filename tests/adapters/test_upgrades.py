"""Files of older formats open and hold what they held; reads that must be quick use an index."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from memories import Memory
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.index import SqliteIndex
from memories.engine.adapters.sqlite.pages import shelf
from memories.engine.adapters.sqlite.participants import participants
from memories.engine.adapters.sqlite.schema import UPGRADES
from memories.engine.adapters.sqlite.store import SqliteRecords
from memories.engine.domain import Scope
from memories.engine.ports.embedder import WordHashEmbedder
from tests.contracts.worlds import DIMENSIONS, SEEING_ALL, World

ANA = Scope("local", "default", user="ana")


def current(path: Path) -> World:
    database = Database(path)
    index = SqliteIndex(database, dimensions=DIMENSIONS)
    return World(SqliteRecords(database), index, index)


def in_older_format(path: Path, number: int, *, to: Path) -> None:
    """Write what a file holds as a release of that format would have."""
    Database(to, upgrades=UPGRADES[:number]).close()
    connection = apsw.Connection(str(to))
    connection.execute("ATTACH ? AS newer", (str(path),))
    tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in list(connection.execute(tables)):
        # Without those that newer ones have no more.
        columns = connection.execute(
            "SELECT name FROM pragma_table_info(?, 'main')"
            " INTERSECT SELECT name FROM pragma_table_info(?, 'newer')",
            (table, table),
        )
        names = ", ".join(str(name) for (name,) in columns)
        copy = f"INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM newer.{table}"  # noqa: S608 - tables of ours
        connection.execute(copy)
    connection.close()


@pytest.mark.parametrize("number", range(1, len(UPGRADES) + 1))
def test_a_file_of_an_older_format_is_upgraded_when_it_is_opened(
    tmp_path: Path, number: int
) -> None:
    world = current(tmp_path / "newer.db")
    world.learn("Ana owns a boat.", scope=ANA, source=world.say("I own a boat.", scope=ANA))
    world.records.close()
    in_older_format(tmp_path / "newer.db", number, to=tmp_path / "notes.db")
    with Memory(tmp_path / "notes.db", embedder=WordHashEmbedder()) as memory:
        ana = memory.scope(user="ana")
        first = memory.add("I live in Lisbon.", scope=ana, job_id="j")
        assert memory.add("I live in Lisbon.", scope=ana, job_id="j") == first
        assert memory.browse(scope=ana).total == 2
        assert [(each.name, each.memories) for each in memory.participants()] == [("ana", 2)]
        assert memory.search("boat", scope=ana).hits
        boat, lisbon = memory.list(scope=ana)
        assert (boat.learned_by, lisbon.learned_by) == (
            "claude, prompt 1, settings 0" if number >= 3 else None,
            "local-1",
        )
    database = Database(tmp_path / "notes.db")
    with database.read() as connection:
        assert connection.number("PRAGMA user_version") == len(UPGRADES)
    database.close()


def test_no_table_is_read_from_end_to_end_to_browse_or_to_count_participants(
    tmp_path: Path,
) -> None:
    world = current(tmp_path / "notes.db")
    records = world.records
    assert isinstance(records, SqliteRecords)
    world.learn("Ana owns a boat.", scope=ANA, source=world.say("I own a boat.", scope=ANA))
    with records._database.read() as connection:
        statements: list[str] = []

        def note(cursor: object, sql: str, values: object) -> bool:
            statements.append(sql)
            return True

        reads: list[Callable[[], object]] = [
            lambda: shelf(
                connection,
                ANA,
                replace(SEEING_ALL, include_merged=False),
                after=None,
                skip=0,
                limit=9,
                newest_first=True,
            ),
            lambda: participants(connection, ANA.everyone),
        ]
        connection.raw.exec_trace = note
        for read in reads:
            assert read()
        connection.raw.exec_trace = None
        assert len(statements) == 3
        for sql in statements:
            unbound = tuple("0" * sql.count("?"))
            plan = connection.rows(f"EXPLAIN QUERY PLAN {sql}", unbound)
            for *_, step in plan:
                words = str(step).split()
                scanned = words[0] == "SCAN" and words[1] in {"m", "memories", "messages"}
                assert not scanned or "INDEX" in words, step
    records.close()
