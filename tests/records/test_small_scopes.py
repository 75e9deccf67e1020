"""What a search may see is read whole where it is little, and in parts where it is much."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.conf import settings

from memories import Memory
from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.parts import Parts
from memories.engine.adapters.weaviate.whole import SmallScopes, Whole, reading_once
from memories.engine.domain import Scope, Selection
from memories.engine.ports.embedder import WordHashEmbedder
from memories.records.hosting import Hosted
from memories.records.stores import index_name

NOW = Selection(now=datetime(2030, 1, 1, tzinfo=UTC))
# Ana's one turn and the memory learned from it.
MOST = 2


class Project:
    """Ana said one thing and Ben two, in a project whose small scopes are very small."""

    def __init__(self, cluster: Cluster) -> None:
        organization, project = uuid.uuid4(), uuid.uuid4()
        embedder = WordHashEmbedder()
        self.memory = Memory(
            Hosted(cluster.address, "").of(project, organization_id=organization),
            organization=str(organization),
            project=str(project),
            embedder=embedder,
        )
        self.everyone = Scope(str(organization), str(project))
        self.ana, self.ben = (replace(self.everyone, user=name) for name in ("ana", "ben"))
        self.memory.add("I own a green boat.", scope=self.ana)
        self.memory.add("I own a red car.", scope=self.ben)
        self.memory.add("I own a blue kite.", scope=self.ben)
        self.index = index_name(self.everyone, embedder.model)
        self.cluster = cluster
        self.scopes = SmallScopes(cluster, tenant=self.index)


@pytest.fixture
def project(transactional_db: None, records_database: None) -> Iterator[Project]:
    assert settings.INDEX is not None
    cluster = Cluster(replace(settings.INDEX, whole=MOST))
    opened = Project(cluster)
    yield opened
    opened.memory.close()
    cluster.remove_tenant(opened.index)
    cluster.close()


def test_little_is_read_whole_and_much_in_parts(project: Project) -> None:
    assert isinstance(project.scopes.passages(project.ana, NOW), Whole)
    assert isinstance(project.scopes.passages(project.ben, NOW), Parts)
    assert isinstance(project.scopes.passages(project.everyone, NOW), Parts)


def test_both_give_the_same_passages(project: Project) -> None:
    whole = project.scopes.passages(project.ana, NOW)
    parts = Parts(project.cluster, tenant=project.index, scope=project.ana, selection=NOW)
    vector = project.memory.embedder.embed_query("a green boat")
    (memory,) = project.memory.list(scope=project.ana)
    for each in (whole, parts):
        assert [id_ for id_, _ in each.near(vector, most=9, messages=False)] == [memory.id]
        assert len(each.near(vector, most=9, messages=True)) == MOST
        assert {passage.is_message for passage in each.of_rows([memory.id], vector)} == {
            True,
            False,
        }
        assert [p.owner_id for p in each.holding(["boat"], most=9, messages=False)] == [memory.id]
        assert not each.holding(["kite"], most=9, messages=True)
        assert not each.at(["nowhere"])


def test_signals_of_one_search_read_it_once(project: Project) -> None:
    with reading_once(), ThreadPoolExecutor(3) as threads:
        asked = [
            threads.submit(copy_context().run, project.scopes.passages, project.ana, NOW)
            for _ in range(3)
        ]
        read = {id(each.result()) for each in asked}
        other = project.scopes.passages(project.ana, replace(NOW, include_merged=True))
    assert len(read) == 1
    assert id(other) not in read


def test_the_next_search_reads_it_anew(project: Project) -> None:
    with reading_once():
        before = project.scopes.passages(project.ana, NOW)
    (memory,) = project.memory.list(scope=project.ana)
    project.memory.delete(memory.id)
    with reading_once():
        after = project.scopes.passages(project.ana, NOW)
    assert isinstance(before, Whole)
    assert isinstance(after, Whole)
    assert before.of_rows([memory.id], None)
    assert not after.of_rows([memory.id], None)
