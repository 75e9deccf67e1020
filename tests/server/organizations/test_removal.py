"""Deleting reaches what others keep of a project, after the commit, and survives a crash."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction

from controlplane.organizations import removal
from controlplane.organizations.models import Project, RemovedProject
from controlplane.organizations.removal import finish_removals, on_project_removed, remove_with
from controlplane.shared_index import shared_index
from controlplane.shared_model import server_model
from memories import NotFound
from memories.engine.domain import Scope
from memories.ingest.models import Job, Participant
from memories.ingest.places import Files
from memories.ingest.projects import PROJECTS
from memories.records.projects import scope_of_project
from memories.records.stores import index_name
from tests.server.conftest import Ask
from tests.server.organizations.conftest import Owned


def remembered(token: str, client: Ask, do_jobs: Callable[[], int]) -> None:
    body = {"messages": "I live in Porto.", "user_id": "ana"}
    assert client(token).post("/v3/memories/add/", body, format="json").status_code == 200
    do_jobs()


@pytest.mark.parametrize("what", ["organization", "project"])
def test_deleting_deletes_rows_and_the_engines_file(
    initech: Owned, client: Ask, do_jobs: Callable[[], int], what: str
) -> None:
    asking = client(initech.token)
    asking.post(f"{initech.address}/projects/", {"name": "Second"}, format="json")
    remembered(initech.token, client, do_jobs)
    assert kept_of(initech)
    address = initech.address if what == "organization" else initech.project_address
    assert asking.delete(f"{address}/").status_code == 200
    assert not kept_of(initech)
    assert not Job.objects.exists()
    assert not Participant.objects.exists()
    assert not RemovedProject.objects.exists()


@pytest.fixture
def called(database: None) -> list[UUID]:
    """Ids of removed projects that a callback was told; it fails on the first."""
    told: list[UUID] = []

    def fails_at_first(project_id: UUID) -> None:
        told.append(project_id)
        if len(told) == 1:
            raise OSError("the disk is away")

    on_project_removed(fails_at_first)
    return told


@pytest.fixture(autouse=True)
def _callbacks_as_before() -> Iterator[None]:
    before = list(removal._CALLBACKS)
    yield
    removal._CALLBACKS[:] = before


def test_a_removal_that_failed_is_finished_later(called: list[UUID]) -> None:
    project_id = uuid4()
    with transaction.atomic():
        remove_with([project_id])
        assert called == []
    assert called == [project_id]
    assert RemovedProject.objects.count() == 1
    assert finish_removals() == 0
    assert called == [project_id, project_id]
    assert not RemovedProject.objects.exists()


def test_nothing_is_removed_when_the_deletion_is_rolled_back(
    initech: Owned, called: list[UUID]
) -> None:
    project_id = initech.project.id
    with transaction.atomic():
        remove_with([project_id])
        initech.project.delete()
        transaction.set_rollback(True)
    assert called == []
    assert Project.objects.filter(id=project_id).exists()
    assert not RemovedProject.objects.exists()


def test_a_removal_waits_for_who_uses_the_file_and_lets_nobody_open_it_again(
    initech: Owned,
) -> None:
    whose = {"organization_id": initech.organization.id}
    project_id = initech.project.id
    with ThreadPoolExecutor(1) as threads:
        with PROJECTS.use(project_id, **whose) as memory:
            removing = threads.submit(PROJECTS.remove, project_id)
            while project_id not in PROJECTS._removed:
                time.sleep(0.001)
            memory.add("I live in Porto.", scope=memory.scope(user="ana"))
            assert not removing.done()
        removing.result(10)
    assert not kept_of(initech)
    with pytest.raises(NotFound), PROJECTS.use(project_id, **whose):
        pass
    assert not kept_of(initech)


def kept_of(owned: Owned) -> list[object]:
    """Whatever is left of the project: files, or its records and what is found of them."""
    if settings.INDEX is None:
        file = Files().of(owned.project.id, organization_id=owned.organization.id)
        return list(file.parent.glob(f"{owned.project.id}*"))
    scope = scope_of_project(str(owned.project.id))
    index = index_name(
        Scope(str(owned.organization.id), str(owned.project.id)), server_model().model
    )
    held = shared_index(settings.INDEX).writes(index, dimensions=server_model().dimensions).ids()
    return [each for each in (scope, *held) if each]
