"""An index that is off is found out and mended, built anew, and switched to another model."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from controlplane.shared_index import shared_index
from memories import Memory, ModelMismatch
from memories.engine.domain import Scope
from memories.engine.ports.embedder import Embedder, WordHashEmbedder
from memories.records.hosting import Hosted, this_servers
from memories.records.stores import HostedStores, index_name
from memories.records.verifying import verify_a_slice

ORGANIZATION = "0b9ad7a2-2d0c-4f7e-9a66-6c1f3b7a0001"
SAID = (
    "I own a red boat called Nora.",
    "Anna lives in Lisbon and works as a nurse.",
    "I moved to Berlin in May 2023.",
    "My cat Tom is three years old.",
)
QUERIES = ("red boat", "Who lives in Lisbon?", "What happened in May 2023?", "Tom the cat")


class Hosting:
    """One project of the server's, as its Memory and by its settling."""

    def __init__(self) -> None:
        self.project = uuid.uuid4()
        self.hosted: Hosted = this_servers()
        self.model: Embedder = WordHashEmbedder(model=uuid.uuid4().hex)
        self.memory = self.opened(self.model)

    def opened(self, model: Embedder, *, reindex: bool = False) -> Memory:
        return Memory(
            self.stores(),
            organization=ORGANIZATION,
            project=str(self.project),
            embedder=model,
            reindex=reindex,
        )

    def stores(self) -> HostedStores:
        return self.hosted.of(self.project, organization_id=uuid.UUID(ORGANIZATION))

    @property
    def everyone(self) -> Scope:
        return Scope(ORGANIZATION, str(self.project))

    @property
    def index(self) -> str:
        return index_name(self.everyone, self.model.model)

    def tell(self) -> None:
        scope = self.memory.scope(user="ana", run="one")
        self.memory.add([{"role": "user", "content": text} for text in SAID], scope=scope)

    def found(self, memory: Memory | None = None) -> list[list[str]]:
        asked = memory or self.memory
        scope = asked.scope(user="ana")
        return [[hit.id for hit in asked.search(query, scope=scope)] for query in QUERIES]

    def differing(self, *, repair: bool = False) -> int:
        settling = self.hosted.settling(self.everyone)
        assert settling is not None
        found = settling.compare(repair=repair)
        return len(found.differing) + len(found.surplus)


@pytest.fixture
def hosting(transactional_db: None, records_database: None) -> Iterator[Hosting]:
    one = Hosting()
    yield one
    one.memory.close()


def verify(*arguments: str) -> str:
    said = StringIO()
    call_command("verify_index", *arguments, stdout=said)
    return said.getvalue()


def test_an_index_is_as_the_truth_is(hosting: Hosting) -> None:
    hosting.tell()
    (memory, *_) = hosting.memory.list(scope=hosting.memory.scope(user="ana"))
    hosting.memory.update(memory.id, text="I own a green boat called Nora.")
    assert hosting.differing() == 0
    assert "OK" in verify("--project", str(hosting.project))


def test_what_is_missing_or_too_much_is_named_and_mended(hosting: Hosting) -> None:
    hosting.tell()
    before = hosting.found()
    writer = shared_index(settings.INDEX).writes(hosting.index, dimensions=256)
    ids = [each.id for each in hosting.memory.list(scope=hosting.memory.scope(user="ana"))]
    writer.settle(ids[:2], {})
    assert hosting.differing() == 2
    with pytest.raises(CommandError, match="differ: 1"):
        verify("--project", str(hosting.project))
    assert "MENDED" in verify("--repair")
    assert "OK" in verify()
    assert hosting.found() == before


def test_an_index_that_was_lost_is_built_anew(hosting: Hosting) -> None:
    hosting.tell()
    before = hosting.found()
    shared_index(settings.INDEX).remove(hosting.index)
    assert hosting.found() != before
    said = StringIO()
    settling = hosting.hosted.settling(hosting.everyone)
    assert settling is not None
    found = settling.compare(repair=True)
    assert len(found.differing) == found.rows
    call_command("verify_index", stdout=said)
    assert hosting.found() == before


def test_a_project_is_looked_through_slice_by_slice(hosting: Hosting) -> None:
    hosting.tell()
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert verify_a_slice(hosting.hosted, now=now) == 0
    writer = shared_index(settings.INDEX).writes(hosting.index, dimensions=256)
    ids = [each.id for each in hosting.memory.list(scope=hosting.memory.scope(user="ana"))]
    writer.settle(ids[:1], {})
    assert verify_a_slice(hosting.hosted, now=now + timedelta(minutes=1)) == 1
    assert verify_a_slice(hosting.hosted, now=now + timedelta(minutes=2)) == 0


def test_a_project_is_switched_to_another_model(hosting: Hosting) -> None:
    hosting.tell()
    before = hosting.found()
    other = WordHashEmbedder(model=uuid.uuid4().hex, dimensions=64)
    passages = hosting.hosted.switch(hosting.everyone, to=other)
    with pytest.raises(ModelMismatch):
        hosting.found()
    with hosting.opened(other) as switched:
        assert [set(each) for each in hosting.found(switched)] == [set(each) for each in before]
        assert switched.stats().passages == passages
    assert hosting.differing() == 0


def test_a_removed_project_leaves_nothing_in_the_index(hosting: Hosting) -> None:
    hosting.tell()
    hosting.hosted.remove(hosting.project)
    writer = shared_index(settings.INDEX).writes(hosting.index, dimensions=256)
    assert list(writer.ids()) == []
    assert hosting.hosted.settling(hosting.everyone) is None
    hosting.hosted.remove(hosting.project)
