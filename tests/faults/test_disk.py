"""Files that can't be written, are another program's, older, newer or damaged; full disks."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from memories import Memory, NewerFormat, RemembrancerError, StoreDamaged, StoreError
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.schema import APPLICATION_ID, UPGRADES
from memories.engine.adapters.sqlite.store import SqliteRecords
from memories.engine.ports.embedder import WordHashEmbedder

PAGE = 4096


def opened(path: Path) -> Memory:
    return Memory(path, embedder=WordHashEmbedder())


def fill(path: Path, boats: int = 3) -> None:
    with opened(path) as memory:
        acme = memory.scope(user="acme")
        for number in range(boats):
            memory.add(f"I own boat {number}. I met Ines in Porto.", scope=acme)


def database_of(memory: Memory) -> Database:
    records = memory._engine.ingest.records
    assert isinstance(records, SqliteRecords)
    return records._database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


def test_a_file_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened or written"):
        opened(tmp_path / "missing" / "notes.db")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened or written"):
        opened(tmp_path)


# Root may write everything, so the script becomes nobody first.
AS_NOBODY = """
import os, sys
from pathlib import Path
from memories import Memory, StoreError
from memories.engine.adapters.local_extractor import LocalExtractor
from memories.engine.adapters.sqlite import database, index, store
from memories.engine.ports.embedder import WordHashEmbedder

if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
path = Path(sys.argv[1])
try:
    with Memory(path, embedder=WordHashEmbedder()) as memory:
        acme = memory.scope(user="acme")
        print("read:", memory.search("boat 1", scope=acme)[0].text)
        memory.add("I own a car.", scope=acme)
except StoreError as error:
    print(type(error).__name__, str(error).startswith(f"{path} can't be opened or written"))
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may enter, as pytest's own can only be entered by its user."""
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder)
        public.chmod(0o755)
        yield public
        public.chmod(0o755)


def as_nobody(path: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_folder_that_may_not_be_written_is_refused(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    assert as_nobody(public_folder / "notes.db") == ["StoreError True"]
    assert list(public_folder.iterdir()) == []


def test_a_file_that_may_not_be_written_is_refused(public_folder: Path) -> None:
    fill(public_folder / "notes.db")
    before = (public_folder / "notes.db").read_bytes()
    (public_folder / "notes.db").chmod(0o444)
    public_folder.chmod(0o555)
    assert as_nobody(public_folder / "notes.db")[-1] == "StoreError True"
    assert (public_folder / "notes.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    for content in (
        b"Nora: I own a boat.\n" * 300,
        b"Nora: Hi.",
        b"SQLite format 3\0" + b"\xff" * 5000,
    ):
        path.write_bytes(content)
        with pytest.raises(StoreDamaged, match="is not a memory file, or is damaged"):
            opened(path)
        assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("pragma", "table"),
    [
        ("user_version = 0", "CREATE TABLE recipes (id)"),
        ("user_version = 1", "CREATE TABLE recipes (id)"),
        ("user_version = 7", "CREATE TABLE recipes (id)"),
        ("user_version = 1", ""),
        ("application_id = 252006674", ""),
        (f"application_id = {APPLICATION_ID + 1}", "CREATE TABLE memories (id)"),
    ],
)
def test_a_database_of_another_program_is_refused_and_left_alone(
    path: Path, pragma: str, table: str
) -> None:
    foreign = apsw.Connection(str(path))
    foreign.execute(f"PRAGMA {pragma}; {table}")
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="is a SQLite file of another program"):
        opened(path)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_memory_file(path: Path) -> None:
    path.touch()
    fill(path)
    with opened(path) as memory:
        assert memory.stats().messages == 3


def test_a_file_of_a_newer_format_is_refused_and_left_alone(path: Path) -> None:
    fill(path)
    newer = apsw.Connection(str(path))
    newer.execute(f"PRAGMA user_version = {len(UPGRADES) + 1}")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(NewerFormat, match="upgrade remembrancer to open it"):
        opened(path)
    assert path.read_bytes() == before


def test_an_older_file_is_upgraded_and_keeps_what_it_holds(path: Path) -> None:
    fill(path)
    steps = (*UPGRADES, "ALTER TABLE messages ADD COLUMN mood TEXT", "CREATE TABLE moods (id)")
    database = Database(path, upgrades=steps)
    with database.read() as connection:
        assert connection.number("PRAGMA user_version") == len(UPGRADES) + 2
        assert connection.number("SELECT count(*) FROM messages WHERE mood IS NULL") == 3
        assert connection.number("SELECT count(*) FROM moods") == 0
    database.close()
    Database(path, upgrades=steps).close()
    with pytest.raises(NewerFormat):
        Database(path)


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    fill(path)
    steps = (*UPGRADES, "CREATE TABLE moods (id)", "ALTER TABLE nothing ADD COLUMN mood TEXT")
    with pytest.raises(apsw.SQLError):
        Database(path, upgrades=steps)
    with opened(path) as memory:
        assert memory.stats().messages == 3
        with database_of(memory).read() as connection:
            assert connection.rows("SELECT 1 FROM sqlite_schema WHERE name = 'moods'") == []


def root_page(path: Path, table: str) -> int:
    database = Database(path)
    with database.read() as connection:
        page = connection.number("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
    database.close()
    return page


def overwrite(path: Path, page: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(content)


@pytest.mark.parametrize("table", ["meta", "messages", "memories", "passages"])
def test_a_damaged_page_is_named(path: Path, table: str) -> None:
    fill(path)
    overwrite(path, root_page(path, table), b"\xff" * PAGE)
    with pytest.raises(StoreDamaged, match=r"notes\.db is not a memory file, or is damaged"):
        use(path)


def test_a_file_that_lost_its_end_is_named(path: Path) -> None:
    fill(path, boats=40)
    os.truncate(path, path.stat().st_size // PAGE // 2 * PAGE)
    with pytest.raises(StoreDamaged):
        use(path)


def use(path: Path) -> None:
    with opened(path) as memory:
        acme = memory.scope(user="acme")
        memory.search("boat 1", scope=acme, explain=True)
        memory.list(scope=acme)
        memory.entities(scope=acme)
        memory.stats()
        memory.add("I own boat 77. I met Ines in Faro.", scope=acme)
        memory.reindex()


@pytest.mark.parametrize("garbage", [b"\xff", b"\0", b"\x0d\x01"])
def test_damage_anywhere_raises_no_other_error(path: Path, garbage: bytes) -> None:
    fill(path)
    sound = path.read_bytes()
    pages = len(sound) // PAGE
    named = 0
    for page in range(1, pages + 1, 7):
        path.write_bytes(sound)
        overwrite(path, page, garbage * (PAGE // len(garbage)))
        try:
            use(path)
        except RemembrancerError:
            named += 1
        for companion in ("-wal", "-shm"):
            path.with_name(path.name + companion).unlink(missing_ok=True)
    assert named > pages // 7 // 2


def test_a_full_disk_stores_nothing_and_breaks_nothing(path: Path) -> None:
    with opened(path) as memory:
        acme = memory.scope(user="acme")
        memory.add("I own boat 1.", scope=acme)
        before = memory.stats()
        with database_of(memory).write() as connection:
            pages = connection.number("PRAGMA page_count")
            connection.rows(f"PRAGMA max_page_count = {pages}")
        for number in range(3):
            with pytest.raises(StoreError, match="no room left to write"):
                memory.add(f"My sailing log number {number}. " + "Windy waves. " * 4000, scope=acme)
        after = memory.stats()
        assert (after.messages, after.passages) == (before.messages, before.passages)
        assert memory.search("boat 1", scope=acme).hits
        with database_of(memory).write() as connection:
            connection.rows("PRAGMA max_page_count = 1000000")
        # These rows take the numbers of those that were undone: no old vector may be theirs.
        for name in ("car", "bike", "kite"):
            memory.add(f"I own a {name}.", scope=acme)
        for name in ("car", "bike", "kite", "boat"):
            best = memory.search(f"own {name}", scope=acme, include_messages=False)[0]
            assert name in best.text
            assert best.breakdown.semantic > 0.3
        assert memory._engine.ingest.records.verify() == "ok"


# A limit on the size of files makes real writes fail.
WITHOUT_ROOM = """
import resource, signal, sys
from pathlib import Path
from memories import Memory, StoreError
from memories.engine.ports.embedder import WordHashEmbedder

path = Path(sys.argv[1])
memory = Memory(path, embedder=WordHashEmbedder())
acme = memory.scope(user="acme")
memory.add("I own boat 1.", scope=acme)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
for call in (
    lambda: memory.add("My log. " + "Windy waves. " * 14_000, scope=acme, infer=False),
    lambda: memory.backup(path.with_name("copy.db")),
    lambda: memory.export(path.with_name("one.jsonl")),
):
    try:
        call()
        print("stored")
    except StoreError:
        print("refused")
print(memory.search("boat 1", scope=acme)[0].text)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
memory.add("I own boat 2.", scope=acme)
print(memory.stats().messages, memory._engine.ingest.records.verify())
memory.close()
"""


def test_a_disk_that_refuses_to_be_written_loses_nothing(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "refused",
        "refused",
        "refused",
        "User owns boat 1.",
        "2 ok",
    ]
    assert {each.name for each in path.parent.iterdir()} == {"notes.db"}
