"""Every test runs over every adapter."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contracts.worlds import ADAPTERS, World


@pytest.fixture(params=list(ADAPTERS.values()), ids=list(ADAPTERS))
def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """Opens the same store again under another name, as another process would."""
    opened: list[World] = []

    def open_again(name: str) -> World:
        opened.append(request.param(tmp_path / "notes.db", name))
        return opened[-1]

    yield open_again
    for world in opened:
        world.records.close()


@pytest.fixture
def world(open_world: Callable[[str], World]) -> World:
    return open_world("a")
