"""An organisation with people."""

from dataclasses import dataclass

import pytest

from controlplane.accounts.models import User
from controlplane.apikeys.services import issue_key
from controlplane.organizations.models import Organization, Project
from controlplane.organizations.services import found_organization

BASE = "/api/v1/orgs/organizations"


@dataclass(frozen=True, slots=True)
class Owned:
    """An organisation with its owner, and the owner's key."""

    organization: Organization
    project: Project
    owner: User
    token: str

    @property
    def address(self) -> str:
        return f"{BASE}/{self.organization.id}"

    @property
    def project_address(self) -> str:
        return f"{self.address}/projects/{self.project.id}"

    def key(self, *scopes: str, created_by: User | None = None) -> str:
        maker = None if created_by is None else created_by.id
        return issue_key(self.project.id, name="other", scopes=scopes, created_by=maker).token


@pytest.fixture
def initech(database: None) -> Owned:
    owner = User.objects.create_user("owner@initech.example")
    organization, project = found_organization("Initech", owner_id=owner.id)
    token = issue_key(project.id, name="owner's", created_by=owner.id).token
    return Owned(organization, project, owner, token)
