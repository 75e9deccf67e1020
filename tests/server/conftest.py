"""Two tenants, and ways to ask the server as either."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from rest_framework.test import APIClient

from controlplane.apikeys.services import issue_key
from controlplane.limits.choosing import begin_anew
from controlplane.organizations.models import Organization, Project
from controlplane.organizations.services import found_organization
from memories.ingest.projects import PROJECTS
from memories.ingest.work import work_once
from memories.records.hosting import this_servers
from memories.records.projects import all_projects
from tests.server.described import DescribedClient
from tests.server.services import FOLDER_VARIABLE, Services

Ask = Callable[[str], APIClient]


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation with its project and a key that may do everything there."""

    organization: Organization
    project: Project
    token: str


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A real Postgres and a real Redis, of this session or of the one that started it."""
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        yield Services(Path(given))
        return
    started = Services(tmp_path_factory.mktemp("services")).start()
    yield started
    started.stop()


@pytest.fixture
def database(transactional_db: None) -> Iterator[None]:
    """A database of this test's own, seen by all threads; files of projects are gone after it."""
    begin_anew()
    cache.clear()
    yield
    PROJECTS.close()
    if settings.INDEX is not None:
        # A node of Weaviate keeps some thirty files open for each project that is awake.
        for scope in all_projects():
            this_servers().remove(UUID(scope.project))


def _tenant(name: str) -> Tenant:
    organization, project = found_organization(name)
    return Tenant(organization, project, issue_key(project.id, name="all").token)


@pytest.fixture
def acme(database: None) -> Tenant:
    return _tenant("Acme")


@pytest.fixture
def globex(database: None) -> Tenant:
    return _tenant("Globex")


@pytest.fixture
def client() -> Ask:
    def as_holder_of(token: str) -> APIClient:
        asking = DescribedClient()
        if token:
            asking.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return asking

    return as_holder_of


@pytest.fixture
def do_jobs(database: None) -> Callable[[], int]:
    """Do every job that is due now; says how many there were."""

    def until_none() -> int:
        done = 0
        while work_once():
            done += 1
        return done

    return until_none
