"""Two tenants, and ways to ask the server as either."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from rest_framework.test import APIClient

from controlplane.apikeys.services import issue_key
from controlplane.limits.requests import begin_anew
from controlplane.organizations.models import Organization, Project
from controlplane.organizations.services import found_organization
from memories.ingest.projects import PROJECTS
from memories.ingest.work import work_once

Ask = Callable[[str], APIClient]


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation with its project and a key that may do everything there."""

    organization: Organization
    project: Project
    token: str


@pytest.fixture
def database(transactional_db: None) -> Iterator[None]:
    """A database of this test's own, seen by all threads; files of projects are gone after it."""
    begin_anew()
    yield
    PROJECTS.close()


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
        asking = APIClient()
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
