"""Addresses of organisations, projects, members and invitations."""

from typing import Final

from controlplane.api.routes import both
from controlplane.organizations.pages import InvitationPage
from controlplane.organizations.views import (
    AcceptInvitation,
    OneOrganization,
    OneProject,
    OrganizationMembers,
    Organizations,
    ProjectMembers,
    Projects,
)

_BASE: Final = "api/v1/orgs/organizations"
_ONE: Final = f"{_BASE}/<name:organization_id>"
_PROJECT: Final = f"{_ONE}/projects/<name:project_id>"

urlpatterns = [
    *both(_BASE, Organizations.as_view()),
    *both(_ONE, OneOrganization.as_view()),
    *both(f"{_ONE}/members", OrganizationMembers.as_view()),
    *both(f"{_ONE}/projects", Projects.as_view()),
    *both(_PROJECT, OneProject.as_view()),
    *both(f"{_PROJECT}/members", ProjectMembers.as_view()),
    *both("api/v1/invitations/accept", AcceptInvitation.as_view()),
    *both("invitations/accept", InvitationPage.as_view()),
]
