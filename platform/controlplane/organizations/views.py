"""Organisations, projects and members as mem0's clients ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of, refuse_unknown
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.apikeys.queries import creator_of
from controlplane.idempotency.middleware import shown_once
from controlplane.organizations import membership, queries, services
from controlplane.organizations.access import access_organization, access_project
from controlplane.organizations.errors import (
    Conflict,
    InvitationOver,
    MailFailed,
    NoSuchMember,
    OrganizationError,
    TooManyInvitations,
)
from controlplane.organizations.invitations import Inviter, accept_invitation
from controlplane.organizations.models import Organization, OrganizationRole, ProjectRole
from controlplane.organizations.reading import (
    description_of,
    email_of,
    name_of,
    project_changes,
    role_of,
)
from controlplane.organizations.wire import (
    member_object,
    organization_object,
    project_member_object,
    project_object,
)

_STATUS: dict[type[OrganizationError], HTTPStatus] = {
    Conflict: HTTPStatus.CONFLICT,
    NoSuchMember: HTTPStatus.NOT_FOUND,
    TooManyInvitations: HTTPStatus.TOO_MANY_REQUESTS,
    MailFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    InvitationOver: HTTPStatus.BAD_REQUEST,
}
_ADDED = "Member added successfully"
_INVITED = "An invitation was mailed"


@contextmanager
def _refusals() -> Iterator[None]:
    """What stands against a change, as an answer."""
    try:
        yield
    except OrganizationError as error:
        status = next(each for kind, each in _STATUS.items() if isinstance(error, kind))
        headers = {}
        if isinstance(error, TooManyInvitations):
            headers = {"Retry-After": str(error.verdict.resets_in_seconds)}
        raise RequestRefused(str(error), status=status, code=error.code, headers=headers) from error


def _inviter(request: Request) -> Inviter:
    return Inviter(
        creator_of(principal_of(request)),
        settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/"),
        timezone.now(),
    )


class _Governed(APIView):
    """Reads need a key with `read`, changes one with `admin`."""

    scopes: ClassVar[dict[str, KeyScope]] = dict.fromkeys(
        ("POST", "PUT", "PATCH", "DELETE"), KeyScope.ADMIN
    )


class Organizations(_Governed):
    """`/api/v1/orgs/organizations/`."""

    def get(self, request: Request) -> Response:
        """The key's own organisation, in a list."""
        own = access_organization(principal_of(request), str(principal_of(request).organization_id))
        return Response([_described(request, own)])

    def post(self, request: Request) -> Response:
        """A new organisation of the person who made the key, and its first key."""
        name = name_of(object_of(request))
        with _refusals():
            issued = services.found_for(principal_of(request), name)
        said = {
            "message": "Organization created successfully",
            "org_id": str(issued.key.project.organization_id),
            "project_id": str(issued.key.project_id),
            "api_key": issued.token,
        }
        return shown_once(Response(said, status=HTTPStatus.CREATED))


class OneOrganization(_Governed):
    """`/api/v1/orgs/organizations/{org}/`."""

    def get(self, request: Request, organization_id: str) -> Response:
        """The organisation with its members."""
        return Response(
            _described(request, access_organization(principal_of(request), organization_id))
        )

    def delete(self, request: Request, organization_id: str) -> Response:
        """Delete it with everything in it."""
        services.delete_organization(access_organization(principal_of(request), organization_id))
        return Response({"message": "Organization deleted successfully"})


def _described(request: Request, organization: Organization) -> dict[str, object]:
    return organization_object(
        organization,
        principal_of(request),
        members=queries.members_of(organization),
        invitations=queries.open_invitations(organization, now=timezone.now()),
    )


class OrganizationMembers(_Governed):
    """`/api/v1/orgs/organizations/{org}/members/`."""

    def get(self, request: Request, organization_id: str) -> Response:
        """Who belongs to it."""
        organization = access_organization(principal_of(request), organization_id)
        members = [member_object(each) for each in queries.members_of(organization)]
        return Response({"members": members})

    def post(self, request: Request, organization_id: str) -> Response:
        """Add somebody, or invite who has no account."""
        organization = access_organization(principal_of(request), organization_id)
        email = email_of(request)
        role = role_of(request, OrganizationRole.values, usual=OrganizationRole.READER)
        with _refusals():
            belongs = membership.add_member(organization, email, role, inviter=_inviter(request))
        said = {"message": _ADDED if belongs else _INVITED}
        return Response(said, status=HTTPStatus.CREATED)

    def put(self, request: Request, organization_id: str) -> Response:
        """Give a member another role."""
        organization = access_organization(principal_of(request), organization_id)
        email, role = email_of(request), role_of(request, OrganizationRole.values)
        with _refusals():
            membership.change_member(organization, email, role, now=timezone.now())
        return Response({"message": "Member role updated successfully"})

    def delete(self, request: Request, organization_id: str) -> Response:
        """Remove a member."""
        organization = access_organization(principal_of(request), organization_id)
        with _refusals():
            membership.remove_member(organization, email_of(request), now=timezone.now())
        return Response({"message": "Member removed successfully"})


class Projects(_Governed):
    """`/api/v1/orgs/organizations/{org}/projects/`."""

    def get(self, request: Request, organization_id: str) -> Response:
        """Those that the key may know of."""
        principal = principal_of(request)
        organization = access_organization(principal, organization_id)
        projects = queries.projects_seen_by(principal, organization)
        return Response([project_object(each, principal) for each in projects])

    def post(self, request: Request, organization_id: str) -> Response:
        """A new project."""
        principal = principal_of(request)
        organization = access_organization(principal, organization_id)
        body = object_of(request)
        project = services.create_project(
            organization,
            name=name_of(body),
            description=description_of(body),
            owner_id=creator_of(principal),
        )
        # 200, as clients of the contract expect here.
        return Response({"message": "Project created successfully", "project_id": str(project.id)})


class OneProject(_Governed):
    """`/api/v1/orgs/organizations/{org}/projects/{project}/`."""

    def get(self, request: Request, organization_id: str, project_id: str) -> Response:
        """The project with all of its settings, whichever `fields` are asked for."""
        principal = principal_of(request)
        project = access_project(principal, organization_id, project_id)
        return Response(project_object(project, principal))

    def patch(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Change what the body names; a header says what of it means nothing here."""
        project = access_project(principal_of(request), organization_id, project_id)
        services.change_project(project, project_changes(object_of(request)))
        return Response({"message": "Project updated successfully"})

    def delete(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Delete it with everything in it."""
        project = access_project(principal_of(request), organization_id, project_id)
        with _refusals():
            services.delete_project(project)
        return Response({"message": "Project deleted successfully"})


class ProjectMembers(_Governed):
    """`/api/v1/orgs/organizations/{org}/projects/{project}/members/`."""

    def get(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Who belongs to it, also by their place in the organisation."""
        project = access_project(principal_of(request), organization_id, project_id)
        members = [project_member_object(each) for each in queries.project_members_of(project)]
        return Response({"members": members})

    def post(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Add somebody, or invite who has no account."""
        project = access_project(principal_of(request), organization_id, project_id)
        email = email_of(request)
        role = role_of(request, ProjectRole.values, usual=ProjectRole.READER)
        with _refusals():
            belongs = membership.add_project_member(project, email, role, inviter=_inviter(request))
        return Response({"message": _ADDED if belongs else _INVITED})

    def put(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Give a member another role."""
        project = access_project(principal_of(request), organization_id, project_id)
        email, role = email_of(request), role_of(request, ProjectRole.values)
        with _refusals():
            membership.change_project_member(project, email, role, now=timezone.now())
        return Response({"message": "Member role updated successfully"})

    def delete(self, request: Request, organization_id: str, project_id: str) -> Response:
        """Remove a member."""
        project = access_project(principal_of(request), organization_id, project_id)
        with _refusals():
            membership.remove_project_member(project, email_of(request), now=timezone.now())
        return Response({"message": "Member removed successfully"})


class AcceptInvitation(APIView):
    """`POST /api/v1/invitations/accept/`: the mailed token proves who reads the address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """What the person belongs to now."""
        body = object_of(request)
        refuse_unknown(body, ("token",))
        token = body.get("token")
        if not isinstance(token, str) or not token:
            raise RequestRefused("token is missing.", fields={"token": ["must be a string"]})
        with _refusals():
            accepted = accept_invitation(token.strip(), now=timezone.now())
        project_id = accepted.project_id
        return Response(
            {
                "message": "Invitation accepted",
                "org_id": str(accepted.organization_id),
                "project_id": None if project_id is None else str(project_id),
                "role": accepted.role,
            }
        )
