"""An importer that is killed: the next goes on, learns everything, and nothing twice."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from memories import AnthropicModel, ImportState, Memory
from memories.engine.ports.embedder import WordHashEmbedder
from tests.conftest import RecordFigure
from tests.library.learned import restate
from tests.support.model_endpoint import ModelEndpoint, Said, serving

_USERS: Final = 8
_TURNS: Final = 25
# Begins the import, or goes on with it, until it is over.
IMPORTING: Final = """
import sys
# Takes seconds, in which nothing is written.
import anthropic
from memories import AnthropicModel, Memory
from memories.engine.ports.embedder import WordHashEmbedder

path, url, users, turns = sys.argv[1:]
model = AnthropicModel("claude", "key", url, retries=0)
memory = Memory(path, embedder=WordHashEmbedder(), extractor=model)
memory._engine.ingest.batching.batches._endpoint.client
print("opened", flush=True)
told = [
    (memory.scope(user=f"u{user}"),
     [{"role": "user", "content": f"I own boat {n} of {user}."} for n in range(int(turns))])
    for user in range(int(users))
]
memory.begin_import("year", told)
memory.finish_import("year", every_seconds=0.01)
"""


def killed_after(path: Path, endpoint: ModelEndpoint, seconds: float) -> bool:
    """Run an importer for so long; False if it was done by then."""
    size = (str(_USERS), str(_TURNS))
    with subprocess.Popen(
        [sys.executable, "-c", IMPORTING, str(path), endpoint.address, *size],
        stdout=subprocess.PIPE,
        text=True,
    ) as importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == "opened\n"
        time.sleep(seconds)
        importer.send_signal(signal.SIGKILL)
        return importer.wait(60) == -signal.SIGKILL


def finished(path: Path, endpoint: ModelEndpoint) -> tuple[ImportState, list[str]]:
    """Go on with the import to its end, and say what it learned."""
    model = AnthropicModel("claude", "key", endpoint.address, retries=0)
    with Memory(path, embedder=WordHashEmbedder(), extractor=model) as memory:
        told = [
            (
                memory.scope(user=f"u{user}"),
                [
                    {"role": "user", "content": f"I own boat {number} of {user}."}
                    for number in range(_TURNS)
                ],
            )
            for user in range(_USERS)
        ]
        memory.begin_import("year", told)
        state = memory.finish_import("year", every_seconds=0)
        results = memory.import_results("year")
        learned = [each.text for _, result in results for each in result.outcomes]
        assert memory.stats().messages == _USERS * _TURNS
        assert memory.stats().memories == len(learned)
        assert memory._engine.ingest.records.verify() == "ok"
        return state, learned


@pytest.mark.parametrize("rounds", [6, pytest.param(40, marks=pytest.mark.long)])
def test_a_killed_import_goes_on_and_learns_nothing_twice(
    tmp_path: Path, rounds: int, record_figure: RecordFigure
) -> None:
    path = tmp_path / "notes.db"
    kills = 0
    with serving() as endpoint:
        endpoint.answering = lambda asked: Said(text=restate(asked.prompt), read=90, written=20)
        endpoint.batches.looks = 3
        for round_ in range(rounds):
            kills += killed_after(path, endpoint, round_ * 0.6 / rounds)
        state, learned = finished(path, endpoint)
        asked = [json.dumps(each) for batch in endpoint.batches.made.values() for each in
                 batch.requests.values()]  # fmt: skip
    texts = {f"User: I own boat {number} of {user}." for user in range(_USERS)
             for number in range(_TURNS)}  # fmt: skip
    assert (len(learned), set(learned)) == (len(texts), texts)
    assert state.tally.memories == len(texts)
    assert kills > 1
    record_figure(f"{rounds} x kill -9 of an importer: kills before it was done", kills)
    record_figure(f"{rounds} x kill -9 of an importer: questions asked twice",
                  len(asked) - len(set(asked)))  # fmt: skip
