"""The doors: the only functions that turn an id from a request into an organisation or a project.

What belongs to another tenant and what is not there get the same answer.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.apikeys.verification import Principal
from controlplane.organizations.models import (
    Organization,
    OrganizationRole,
    Project,
    ProjectRole,
)

_EVERYTHING: Final = frozenset(scope.value for scope in KeyScope)
_MEMORIES: Final = frozenset({KeyScope.READ.value, KeyScope.WRITE.value, KeyScope.DELETE.value})
_READING: Final = frozenset({KeyScope.READ.value})
# What a person's keys may hold, by their place in the organisation.
SCOPES_OF_ROLE: Final[Mapping[str, frozenset[str]]] = {
    OrganizationRole.OWNER.value: _EVERYTHING,
    OrganizationRole.ADMIN.value: _EVERYTHING,
    OrganizationRole.MEMBER.value: _MEMORIES,
    OrganizationRole.READER.value: _READING,
}
# The same by their place in a project: `admin` would reach the whole organisation.
SCOPES_OF_PROJECT_ROLE: Final[Mapping[str, frozenset[str]]] = {
    ProjectRole.OWNER.value: _MEMORIES,
    ProjectRole.READER.value: _READING,
}


def access_organization(principal: Principal, organization_id: str) -> Organization:
    """The key's own organisation.

    Raises:
        RequestRefused: it is another one, or none.
    """
    found = None
    if _uuid(organization_id) == principal.organization_id:
        found = Organization.objects.filter(id=principal.organization_id).first()
    if found is None:
        raise _absent("organization")
    return found


def access_project(principal: Principal, organization_id: str, project_id: str) -> Project:
    """The key's own project or, to a key with `admin`, another one of its organisation.

    Raises:
        RequestRefused: it is none that the key may know of.
    """
    organization = access_organization(principal, organization_id)
    wanted = _uuid(project_id)
    found = None
    if wanted is not None and (wanted == principal.project_id or is_admin(principal)):
        found = Project.objects.filter(id=wanted, organization=organization).first()
    if found is None:
        raise _absent("project")
    return found


def is_admin(principal: Principal) -> bool:
    """True of a key that may change the organisation and see all of its projects."""
    return KeyScope.ADMIN.value in principal.scopes


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


def _absent(what: str) -> RequestRefused:
    return RequestRefused(f"No such {what}.", status=HTTPStatus.NOT_FOUND, code="not_found")
