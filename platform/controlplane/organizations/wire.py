"""Organisations, projects and members as clients read them."""

from collections.abc import Mapping, Sequence
from typing import Final

from controlplane.apikeys.verification import Principal
from controlplane.organizations.access import is_admin
from controlplane.organizations.models import Invitation, Organization, Project
from controlplane.organizations.queries import Member

# Of a project that was never told otherwise.
_UNSET: Final[Mapping[str, object]] = {
    "custom_instructions": None,
    "agent_custom_instructions": None,
    "custom_categories": None,
    "extraction_cents_per_day": None,
    "multilingual": False,
    "decay": False,
    "consolidation": False,
    "timezone": None,
    "language": None,
    "retention_days": None,
    "memory_depth": None,
    "usecase_setting": None,
    "version": None,
    "retrieval_criteria": None,
    "enable_graph": False,
    "inclusion_prompt": None,
    "exclusion_prompt": None,
}


def organization_object(
    organization: Organization,
    principal: Principal,
    *,
    members: Sequence[Member],
    invitations: Sequence[Invitation],
) -> dict[str, object]:
    """An organisation, as a key of it sees it."""
    return {
        "org_id": str(organization.id),
        "name": organization.name,
        "created_at": organization.created_at.isoformat(),
        "updated_at": organization.updated_at.isoformat(),
        "members": [member_object(member) for member in members],
        "invitations": [_invitation_object(each) for each in invitations],
        # A key knows no other.
        "is_default": True,
        "byok_enabled": False,
        "owner_pricing_plan": None,
        "is_owner": is_admin(principal),
        "user_role": _role_of(principal),
    }


def member_object(member: Member) -> dict[str, object]:
    """A member; the address is also the name that clients look for."""
    return {
        "user_id": str(member.user_id),
        "username": member.email,
        "email": member.email,
        "role": member.role,
    }


def project_member_object(member: Member) -> dict[str, object]:
    """A member of a project."""
    return {**member_object(member), "inherited": member.inherited}


def project_object(project: Project, principal: Principal) -> dict[str, object]:
    """A project with all of its settings, as a key sees it."""
    return {
        **_UNSET,
        # Other settings than these are others' to show.
        **{name: each for name, each in project.settings.items() if name in _UNSET},
        "project_id": str(project.id),
        "org_id": str(project.organization_id),
        "name": project.name,
        "description": project.description,
        "is_default": project.is_default,
        "user_role": _role_of(principal),
        "created_at": project.created_at.isoformat(),
        "updated_at": project.updated_at.isoformat(),
    }


def _role_of(principal: Principal) -> str:
    """A key is nobody: what it may do, in the words of roles."""
    return "OWNER" if is_admin(principal) else "READER"


def _invitation_object(invitation: Invitation) -> dict[str, object]:
    return {
        "email": invitation.email,
        "role": invitation.role,
        "project_id": None if invitation.project_id is None else str(invitation.project_id),
        "created_at": invitation.created_at.isoformat(),
        "expires_at": invitation.expires_at.isoformat(),
    }
