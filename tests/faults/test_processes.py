"""Several processes with one file."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder
from tests.conftest import RecordFigure

# Adds requests of its own and requests that all processes share, in turn.
ADDING = """
import sys
from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder

path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with Memory(path, embedder=WordHashEmbedder()) as memory:
    acme = memory.scope(user="acme")
    for number in range(count):
        for text in (f"I own boat {number} of {name}.", f"I met Ines in room {number}."):
            said = {"role": "user", "content": text, "timestamp": "2024-05-01T09:00:00Z"}
            assert len(memory.add([said], scope=acme).message_ids) == 1
            told = text.split(maxsplit=2)[2]
            found = memory.search(text, scope=acme, top_k=1000)
            assert any(told in hit.text for hit in found)
print("done", flush=True)
"""

FORKING = """
import os, sys
from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder

path, ending = sys.argv[1], sys.argv[2]
memory = Memory(path, embedder=WordHashEmbedder())
acme = memory.scope(user="acme")
memory.add("I own boat 0.", scope=acme)
assert memory.search("boat 0", scope=acme).hits
child = os.fork()
who = 1 if child == 0 else 2
for number in range(who, 20, 2):
    memory.add(f"I own boat {number}.", scope=acme)
    assert f"boat {number}." in memory.search(f"boat {number}", scope=acme)[0].text
if child == 0:
    if ending == "closes":
        memory.close()
    sys.exit()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
stats = memory.stats()
assert (stats.messages, stats.memories) == (20, 20), stats
for number in range(20):
    assert f"boat {number}." in memory.search(f"boat {number}", scope=acme)[0].text
assert memory._engine.ingest.records.verify() == "ok"
memory.close()
print("done")
"""


@pytest.mark.parametrize("count", [8, pytest.param(100, marks=pytest.mark.long)])
def test_eight_processes_adding_to_one_new_file_lose_and_double_nothing(
    tmp_path: Path, count: int, record_figure: RecordFigure
) -> None:
    path = tmp_path / "notes.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(path), f"process {name}", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in range(8)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=300) for process in processes]
    assert [answer for answer in answers if answer != ("done\n", "")] == []
    with Memory(path, embedder=WordHashEmbedder()) as memory:
        acme = memory.scope(user="acme")
        stats = memory.stats()
        assert (stats.messages, stats.memories, stats.merged) == (9 * count, 9 * count, 0)
        assert stats.embedded == stats.passages == 2 * stats.messages
        kept = Counter(each.text for each in memory.list(scope=acme, limit=1000))
        assert set(kept.values()) == {1}
        assert {f"User owns boat 3 of process {name}." for name in range(8)} <= kept.keys()
        assert all(each.reinforcements == 0 for each in memory.list(scope=acme, limit=1000))
        record_figure(f"8 processes, {count} + {count} adds each: messages", stats.messages)
        record_figure(f"8 processes, {count} + {count} adds each: memories", stats.memories)
        names = Counter(entity.name for entity in memory.entities(scope=acme))
        assert names["Ines"] == 1
        assert memory._engine.ingest.records.verify() == "ok"


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_fork_that_just_ends_leaves_the_file_to_its_parent(tmp_path: Path) -> None:
    assert run(FORKING, str(tmp_path / "notes.db"), "ends") == "done\n"


def test_a_fork_that_closes_the_file_leaves_it_open_for_its_parent(tmp_path: Path) -> None:
    assert run(FORKING, str(tmp_path / "notes.db"), "closes") == "done\n"


def test_a_fork_leaves_its_parents_temporary_file_alone() -> None:
    assert run(FORKING, ":memory:", "closes") == "done\n"
