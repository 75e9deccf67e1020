"""The same project twice: in one file, and in Postgres with its index in Weaviate.

They run where Postgres is the database: tests/server/full/test_suites_on_postgres.py sees to that.
"""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps

from memories import BundledModel, Embedder
from memories.engine.ports.embedder import WordHashEmbedder
from tests.congruence.twins import Twins

collect_ignore_glob = [] if apps.is_installed("memories.records") else ["test_*.py"]


# What a search may see is read whole where it is little, and else in parts.
@pytest.fixture(params=[400, 0], ids=["whole", "parts"])
def open_twins(
    transactional_db: None, records_database: None, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[Embedder | BundledModel], Twins]]:
    opened: list[Twins] = []

    def open_some(embedder: Embedder | BundledModel) -> Twins:
        opened.append(Twins(tmp_path / f"{len(opened)}.db", embedder, whole=request.param))
        return opened[-1]

    yield open_some
    for each in opened:
        each.close()


@pytest.fixture
def twins(open_twins: Callable[[Embedder], Twins]) -> Twins:
    # A model of its own has an index of its own: nothing of other tests is in it.
    return open_twins(WordHashEmbedder(model=uuid.uuid4().hex))
