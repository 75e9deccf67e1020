"""What is asked of organisations, projects and members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controlplane.apikeys.verification import Principal
from controlplane.organizations.access import (
    SCOPES_OF_PROJECT_ROLE,
    SCOPES_OF_ROLE,
    is_admin,
)
from controlplane.organizations.models import (
    Invitation,
    Membership,
    Organization,
    OrganizationRole,
    Project,
    ProjectMembership,
    ProjectRole,
)

# Who belongs to every project of the organisation as its owner.
INHERITING_ROLES = (OrganizationRole.OWNER, OrganizationRole.ADMIN)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to an organisation or a project.

    Attributes:
        inherited: to the project, by their place in the organisation.
    """

    user_id: UUID
    email: str
    role: str
    inherited: bool = False


def members_of(organization: Organization) -> Sequence[Member]:
    """Who belongs to it, longest first."""
    memberships = Membership.objects.filter(organization=organization).select_related("user")
    return [
        Member(each.user_id, each.user.email, each.role)
        for each in memberships.order_by("created_at", "id")
    ]


def project_members_of(project: Project) -> Sequence[Member]:
    """Who belongs to it: owners and admins of the organisation, then its own members."""
    above = Membership.objects.filter(
        organization_id=project.organization_id, role__in=INHERITING_ROLES
    ).select_related("user")
    inherited = [
        Member(each.user_id, each.user.email, ProjectRole.OWNER, inherited=True)
        for each in above.order_by("created_at", "id")
    ]
    known = {member.user_id for member in inherited}
    own = ProjectMembership.objects.filter(project=project).exclude(user_id__in=known)
    return inherited + [
        Member(each.user_id, each.user.email, each.role)
        for each in own.select_related("user").order_by("created_at", "id")
    ]


def open_invitations(organization: Organization, *, now: datetime) -> Sequence[Invitation]:
    """Those that can be accepted, oldest first."""
    return list(
        Invitation.objects.filter(
            organization=organization, accepted_at=None, expires_at__gt=now
        ).order_by("created_at")
    )


def projects_seen_by(principal: Principal, organization: Organization) -> Sequence[Project]:
    """The organisation's projects that the key may know of, the default one first."""
    projects = Project.objects.filter(organization=organization)
    if not is_admin(principal):
        projects = projects.filter(id=principal.project_id)
    return list(projects.order_by("-is_default", "created_at"))


def scopes_of(user_id: UUID, project: Project) -> frozenset[str]:
    """What keys of a person may hold in a project."""
    roles = Membership.objects.filter(
        organization_id=project.organization_id, user_id=user_id
    ).values_list("role", flat=True)
    project_roles = ProjectMembership.objects.filter(project=project, user_id=user_id).values_list(
        "role", flat=True
    )
    return frozenset().union(
        *(SCOPES_OF_ROLE[role] for role in roles),
        *(SCOPES_OF_PROJECT_ROLE[role] for role in project_roles),
    )
