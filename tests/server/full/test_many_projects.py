"""Many projects on one node of the index, each used once and put to rest: what they take."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memories.engine.bootstrap import open_index_server
from memories.engine.domain import IndexedRow, Kind, MemoryRecord, Passage, Scope, Selection
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.index_server import IndexAddress, IndexNode, IndexServer, IndexState
from memories.engine.text.tokens import analyse
from tests.conftest import RecordFigure
from tests.server.services import Services

_NOON = datetime(2024, 5, 10, 12, tzinfo=UTC)
_SCOPE = Scope("acme", "many", user="ana")
_EMBEDDER = WordHashEmbedder(dimensions=384)
# As many as are awake at a time.
_TOGETHER = 50
_KB = 1024


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """With a node of Weaviate, unlike those of the session."""
    started = Services(tmp_path_factory.mktemp("services"), weaviate=1)
    try:
        yield started.start()
    finally:
        started.stop()


@pytest.fixture
def server(services: Services) -> Iterator[IndexServer]:
    (node,) = services.nodes.values()
    at = IndexNode(f"http://127.0.0.1:{node['http']}", f"127.0.0.1:{node['grpc']}")
    opened = open_index_server(IndexAddress((at,)))
    yield opened
    opened.close()


def boat(project: str) -> IndexedRow:
    """The memory that each project holds."""
    text = f"Ines owns boat {project}."
    memory = MemoryRecord(
        id=f"memory of {project}",
        scope=_SCOPE,
        text=text,
        attributed_to="Ines",
        kind=Kind.STATE,
        said_at=_NOON,
        recorded_at=_NOON,
        updated_at=_NOON,
        fingerprint=text,
    )
    passage = Passage(
        owner_id=memory.id,
        is_message=False,
        version=1,
        start=0,
        until=len(text),
        said_at=_NOON,
        recorded_at=_NOON,
        terms=analyse(text),
        vector=_EMBEDDER.embed_query(text),
    )
    return IndexedRow(memory, _SCOPE, 1, None, (), (), (passage,))


def finds_its_boat(server: IndexServer, project: str) -> bool:
    index = server.reads(project, state=lambda: IndexState(None, is_told=True))
    found = index.lexical(
        [("boat",)], scope=_SCOPE, selection=Selection(now=_NOON), limit=9, messages=False
    )
    return [each.owner_id for each in found] == [f"memory of {project}"]


def use_once(server: IndexServer, project: str) -> None:
    row = boat(project)
    server.writes(project, dimensions=_EMBEDDER.dimensions).settle(
        [row.told.id], {row.told.id: row}
    )
    assert finds_its_boat(server, project)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the node takes, in megabytes, and how many files it has open."""

    memory: float
    disk: float
    files: int

    @classmethod
    def by(cls, services: Services) -> "Taken":
        (node,) = services.nodes.values()
        process = Path("/proc") / str(node["pid"])
        status = (process / "status").read_text(encoding="ascii")
        (resident,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        data = services.folder / "weaviate" / node["name"]
        on_disk = sum(each.stat().st_blocks * 512 for each in data.rglob("*") if each.is_file())
        return cls(
            memory=int(resident.split()[1]) / _KB,
            disk=on_disk / _KB / _KB,
            files=len(list((process / "fd").iterdir())),
        )


def check(
    services: Services, server: IndexServer, record_figure: RecordFigure, *, count: int
) -> None:
    def record(name: str, value: float) -> None:
        record_figure(f"{count} projects in Weaviate: {name}", value)

    names = [f"project-{number}" for number in range(count)]
    empty = Taken.by(services)
    started = time.monotonic()
    for first in range(0, count, _TOGETHER):
        some = names[first : first + _TOGETHER]
        for project in some:
            use_once(server, project)
        if first == 0:
            awake = Taken.by(services)
            record("memory of one awake, MB", (awake.memory - empty.memory) / len(some))
            record("open files of one awake", (awake.files - empty.files) / len(some))
        server.rest(some)
    record("milliseconds to make, use and rest one", (time.monotonic() - started) * 1000 / count)
    at_rest = Taken.by(services)
    record("memory with all at rest, MB", at_rest.memory)
    record("memory without any, MB", empty.memory)
    record("disk, MB", at_rest.disk - empty.disk)
    record("open files with all at rest", at_rest.files)
    (node,) = services.nodes
    services.kill_node(node)
    started = time.monotonic()
    services.start()
    record("start-up, seconds", time.monotonic() - started)
    record("memory after start-up, MB", Taken.by(services).memory)
    started = time.monotonic()
    while not server.is_ready():
        assert time.monotonic() < started + 30
    started = time.monotonic()
    assert finds_its_boat(server, names[-1])
    record("first use of one at rest, milliseconds", (time.monotonic() - started) * 1000)
    assert all(finds_its_boat(server, project) for project in names[: 2 * _TOGETHER])


def test_projects_are_used_once_and_put_to_rest(
    services: Services, server: IndexServer, record_figure: RecordFigure
) -> None:
    check(services, server, record_figure, count=50)


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_ten_thousand_projects_are_used_once_and_put_to_rest(
    services: Services, server: IndexServer, record_figure: RecordFigure
) -> None:
    check(services, server, record_figure, count=10_000)
