"""A memory file with fakes: words hashed instead of meaning, a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memories import Memory, ModelExtraction, Scope
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.learned import Opens


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


@pytest.fixture
def opened(path: Path, clock: FixedClock) -> Iterator[Opens]:
    """Opens the file with an extractor, and closes it in the end."""
    memories: list[Memory] = []

    def open_(extractor: Any, **settings: Any) -> Memory:
        memory = Memory(
            path, embedder=WordHashEmbedder(), clock=clock, extractor=extractor, **settings
        )
        memories.append(memory)
        return memory

    yield open_
    for memory in memories:
        memory.close()


@pytest.fixture
def asking(opened: Opens) -> Opens:
    """Opens the file with a language model that learns."""
    return lambda model: opened(ModelExtraction(model))
