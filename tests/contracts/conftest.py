"""Every test runs over every adapter: a file; and, where they are there, Postgres and Weaviate."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest
from _pytest.mark import ParameterSet
from django.apps import apps
from django.conf import settings

from controlplane.shared_index import shared_index
from memories.records.stores import index_name
from tests.contracts.filtering import FILTERINGS, Filtering
from tests.contracts.worlds import ADAPTERS, EVERYONE, POSTGRES, World, model_of

# What these are about, only the file does: a cache of it, or an embedder.
_OF_FILES: Final = frozenset("test_index_freshness test_answers test_embedder".split())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_world" in metafunc.fixturenames:
        suite = metafunc.module.__name__.rpartition(".")[2]
        in_postgres = () if suite in _OF_FILES else POSTGRES
        # Threads of a test see what others committed.
        marked = pytest.mark.django_db(transaction=True)
        adapters = [*ADAPTERS, *_where_it_is(in_postgres, marked)]
        metafunc.parametrize("open_world", adapters, indirect=True)
    if "filtering" in metafunc.fixturenames:
        adapters = ["sqlite", *_where_it_is(["postgres"], pytest.mark.django_db)]
        metafunc.parametrize("filtering", adapters, indirect=True)


def _where_it_is(in_postgres: Iterable[str], mark: pytest.MarkDecorator) -> list[ParameterSet]:
    """The adapters in Postgres, if that is the database."""
    if not apps.is_installed("memories.records"):
        return []
    return [pytest.param(name, marks=mark) for name in in_postgres]


@pytest.fixture
def filtering(request: pytest.FixtureRequest) -> Filtering:
    return FILTERINGS[request.param]


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
    if request.param in POSTGRES:
        # A node keeps some thirty files open for each index that is awake.
        index = index_name(EVERYONE, model_of(tmp_path / "notes.db"))
        shared_index(settings.INDEX).remove(index)


@pytest.fixture
def world(open_world: Callable[[str], World]) -> World:
    return open_world("a")
