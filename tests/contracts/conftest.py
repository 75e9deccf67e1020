"""Every test runs over every adapter: a file; and, where they are there, Postgres and Weaviate."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps

from tests.contracts.worlds import ADAPTERS, POSTGRES, World

# What these are about, only the file does: a cache of it, or an embedder.
_OF_FILES: Final = frozenset("test_index_freshness test_answers test_embedder".split())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_world" in metafunc.fixturenames:
        adapters = [pytest.param(name, id=name) for name in ADAPTERS]
        suite = metafunc.module.__name__.rpartition(".")[2]
        if suite not in _OF_FILES and apps.is_installed("memories.records"):
            seen_by_all_threads = pytest.mark.django_db(transaction=True)
            adapters += [pytest.param(name, marks=seen_by_all_threads) for name in POSTGRES]
        metafunc.parametrize("open_world", adapters, indirect=True)


@pytest.fixture
def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """Opens the same store again under another name, as another process would."""
    if request.param in POSTGRES:
        request.getfixturevalue("records_database")
    opens = {**ADAPTERS, **POSTGRES}[request.param]
    opened: list[World] = []

    def open_again(name: str) -> World:
        opened.append(opens(tmp_path / "notes.db", name))
        return opened[-1]

    yield open_again
    for world in opened:
        world.records.close()


@pytest.fixture
def world(open_world: Callable[[str], World]) -> World:
    return open_world("a")
