"""A writer that is killed: what it acknowledged is there."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder
from tests.conftest import RecordFigure

# Prints the ids of each add after it was acknowledged, deletes a memory now and then.
WRITING = """
import sys
from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder

memory = Memory(sys.argv[1], embedder=WordHashEmbedder())
acme = memory.scope(user="acme")
for number in range(1_000_000):
    text = f"I own boat {number} of round {sys.argv[2]}. I met Ines in room {number}."
    added = memory.add(text, scope=acme)
    ids = [outcome.memory_id for outcome in added.outcomes]
    if number % 5 == 4:
        memory.delete(ids.pop())
    print(added.message_ids[0], *ids, flush=True)
"""


def killed_after(path: Path, *, lines: int, round_: int) -> list[str]:
    """Ids that a writer acknowledged before it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, str(path), str(round_)],
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(lines)]
        # So that the blow falls at another point of a write each time.
        time.sleep(round_ % 10 * 0.0007)
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.readlines()
        assert writer.wait(60) == -signal.SIGKILL
    # The last line may have been cut off.
    return [id_ for line in acknowledged if line.endswith("\n") for id_ in line.split()]


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.long)])
def test_what_a_killed_writer_acknowledged_is_there(
    tmp_path: Path, rounds: int, record_figure: RecordFigure
) -> None:
    path = tmp_path / "notes.db"
    acknowledged: set[str] = set()
    known: set[str] = set()
    for round_ in range(rounds):
        acknowledged.update(killed_after(path, lines=1 + round_ % 7, round_=round_))
        with Memory(path, embedder=WordHashEmbedder()) as memory:
            records = memory._engine.ingest.records
            everyone = memory.scope()
            known = {
                *records.messages.get(acknowledged, scope=everyone),
                *records.memories.get(acknowledged, scope=everyone),
            }
            assert known == acknowledged
            assert records.verify() == "ok"
            best = memory.search(f"boat 0 of round {round_}", scope=memory.scope(user="acme"))[0]
            assert f"boat 0 of round {round_}." in best.text
            stats = memory.stats()
            assert stats.embedded == stats.passages
    assert len(acknowledged) > 2 * rounds
    record_figure(f"{rounds} x kill -9 of a writer: rows acknowledged", len(acknowledged))
    record_figure(f"{rounds} x kill -9 of a writer: rows lost", len(acknowledged - known))
