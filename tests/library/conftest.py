"""A memory file with fakes: words hashed instead of meaning, a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memories import Memory, Scope
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2024, 5, 10, 12, tzinfo=UTC))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def memory(path: Path, clock: FixedClock) -> Iterator[Memory]:
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as opened:
        yield opened


@pytest.fixture
def acme(memory: Memory) -> Scope:
    return memory.scope(user="acme")


@pytest.fixture
def globex(memory: Memory) -> Scope:
    return memory.scope(user="globex")
