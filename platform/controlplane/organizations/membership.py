"""What changes who belongs to an organisation or to one of its projects.

A person's keys never hold more than their place gives: those that would are revoked with the
change.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from controlplane.accounts.models import User
from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import revoke_key
from controlplane.audit.actions import Action
from controlplane.audit.services import record
from controlplane.organizations.errors import (
    AlreadyMember,
    InheritedMember,
    LastOwner,
    NoSuchMember,
)
from controlplane.organizations.invitations import (
    Inviter,
    invite,
    open_to,
    record_invitation,
)
from controlplane.organizations.models import (
    Invitation,
    Membership,
    Organization,
    OrganizationRole,
    Project,
    ProjectMembership,
)
from controlplane.organizations.queries import INHERITING_ROLES, scopes_of


def add_member(organization: Organization, email: str, role: str, *, inviter: Inviter) -> bool:
    """Add a person, or mail an invitation to one who has no account.

    Returns:
        True if they belong to it now, False if they were invited.

    Raises:
        AlreadyMember: they belong to it.
        TooManyInvitations: no more mails today.
        MailFailed: the invitation could not be mailed.
    """
    user = User.objects.filter(email=email).first()
    if user is None:
        invite(organization, None, email, role, inviter=inviter)
        return False
    with transaction.atomic():
        _, is_new = Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": role}
        )
        if not is_new:
            raise AlreadyMember("They are a member of the organization already.")
        # They came to an account in another way; its token must not bring them back one day.
        open_to(organization, None, email).delete()
        record(Action.MEMBER_ADDED, [user.id], organization_id=organization.id)
    return True


@transaction.atomic
def change_member(organization: Organization, email: str, role: str, *, now: datetime) -> None:
    """Give a member, or somebody who is invited, another role.

    Raises:
        NoSuchMember: they are neither.
        LastOwner: they are the only owner, and would be none.
    """
    membership = _membership(organization, email)
    if membership is None:
        _change_invitation(organization, None, email, role, now=now)
        return
    if role != OrganizationRole.OWNER:
        _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    revoke_excess(membership.user_id, organization, now=now)
    record(Action.ROLE_CHANGED, [membership.user_id], organization_id=organization.id)


@transaction.atomic
def remove_member(organization: Organization, email: str, *, now: datetime) -> None:
    """Remove a member from the organisation and its projects, or withdraw an invitation.

    Raises:
        NoSuchMember: there is neither.
        LastOwner: they are the only owner.
    """
    membership = _membership(organization, email)
    if membership is None:
        _withdraw_invitation(organization, None, email, now=now)
        return
    _keep_an_owner(membership)
    ProjectMembership.objects.filter(
        project__organization=organization, user_id=membership.user_id
    ).delete()
    Invitation.objects.filter(organization=organization, email=email, accepted_at=None).delete()
    membership.delete()
    revoke_excess(membership.user_id, organization, now=now)
    record(Action.MEMBER_REMOVED, [membership.user_id], organization_id=organization.id)


def add_project_member(project: Project, email: str, role: str, *, inviter: Inviter) -> bool:
    """Add a person to one project, or mail an invitation to one who has no account.

    Returns:
        True if they belong to it now, False if they were invited.

    Raises:
        AlreadyMember: they belong to it.
        InheritedMember: they belong to every project.
        TooManyInvitations: no more mails today.
        MailFailed: the invitation could not be mailed.
    """
    user = User.objects.filter(email=email).first()
    if user is None:
        invite(project.organization, project, email, role, inviter=inviter)
        return False
    _refuse_inherited(project, email)
    with transaction.atomic():
        _, is_new = ProjectMembership.objects.get_or_create(
            project=project, user=user, defaults={"role": role}
        )
        if not is_new:
            raise AlreadyMember("They are a member of the project already.")
        open_to(project.organization, project, email).delete()
        _record_in(project, Action.MEMBER_ADDED, user.id)
    return True


@transaction.atomic
def change_project_member(project: Project, email: str, role: str, *, now: datetime) -> None:
    """Give a member of a project, or somebody who is invited, another role there.

    Raises:
        NoSuchMember: they are neither.
        InheritedMember: they belong to every project.
    """
    _refuse_inherited(project, email)
    membership = ProjectMembership.objects.filter(project=project, user__email=email).first()
    if membership is None:
        _change_invitation(project.organization, project, email, role, now=now)
        return
    membership.role = role
    membership.save(update_fields=["role"])
    revoke_excess(membership.user_id, project.organization, now=now)
    _record_in(project, Action.ROLE_CHANGED, membership.user_id)


@transaction.atomic
def remove_project_member(project: Project, email: str, *, now: datetime) -> None:
    """Remove a member from a project, or withdraw an invitation to it.

    Raises:
        NoSuchMember: there is neither.
        InheritedMember: they belong to every project.
    """
    _refuse_inherited(project, email)
    membership = ProjectMembership.objects.filter(project=project, user__email=email).first()
    if membership is None:
        _withdraw_invitation(project.organization, project, email, now=now)
        return
    membership.delete()
    revoke_excess(membership.user_id, project.organization, now=now)
    _record_in(project, Action.MEMBER_REMOVED, membership.user_id)


def revoke_excess(user_id: UUID, organization: Organization, *, now: datetime) -> None:
    """Revoke keys that a person made and that hold more than the person may."""
    keys = ApiKey.objects.filter(
        project__organization=organization, created_by_id=user_id, revoked_at=None
    )
    for key in keys.select_related("project"):
        if not scopes_of(user_id, key.project).issuperset(key.scopes):
            revoke_key(key, now=now)


def _record_in(project: Project, action: Action, user_id: UUID) -> None:
    record(action, [user_id], organization_id=project.organization_id, project_id=project.id)


def _change_invitation(
    organization: Organization, project: Project | None, email: str, role: str, *, now: datetime
) -> None:
    """Let an invitation that can still be accepted be for another role."""
    invitation = _invitation(organization, project, email, now)
    invitation.role = role
    invitation.save(update_fields=["role"])
    record_invitation(invitation, Action.INVITATION_CHANGED)


def _withdraw_invitation(
    organization: Organization, project: Project | None, email: str, *, now: datetime
) -> None:
    """Take back an invitation that can still be accepted."""
    invitation = _invitation(organization, project, email, now)
    record_invitation(invitation, Action.INVITATION_WITHDRAWN)
    invitation.delete()


def _invitation(
    organization: Organization, project: Project | None, email: str, now: datetime
) -> Invitation:
    # Locked, as it could be accepted at this moment.
    invited = open_to(organization, project, email).filter(expires_at__gt=now)
    invitation = invited.select_for_update().first()
    if invitation is None:
        raise NoSuchMember("No such member.")
    return invitation


def _membership(organization: Organization, email: str) -> Membership | None:
    """The person's place, with the organisation locked: owners leave one after the other."""
    Organization.objects.select_for_update().get(id=organization.id)
    return Membership.objects.filter(organization=organization, user__email=email).first()


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.filter(
        organization_id=leaving.organization_id, role=OrganizationRole.OWNER
    ).exclude(id=leaving.pk)
    if leaving.role == OrganizationRole.OWNER and not others.exists():
        raise LastOwner("An organization keeps one owner. Make somebody else an owner first.")


def _refuse_inherited(project: Project, email: str) -> None:
    inherits = Membership.objects.filter(
        organization_id=project.organization_id, user__email=email, role__in=INHERITING_ROLES
    ).exists()
    if inherits:
        raise InheritedMember(
            "They own every project by their role in the organization. Change that instead."
        )
