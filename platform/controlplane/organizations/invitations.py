"""Inviting people who have no account: a token by mail, which proves who reads the address."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet

from controlplane.accounts.services import person_who_reads
from controlplane.audit.actions import Action
from controlplane.audit.callers import acting_as
from controlplane.audit.services import record
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget
from controlplane.organizations.errors import InvitationOver, MailFailed, TooManyInvitations
from controlplane.organizations.models import (
    Invitation,
    Membership,
    Organization,
    OrganizationRole,
    Project,
    ProjectMembership,
    ProjectRole,
)

LASTS: Final = timedelta(days=14)
_TOKEN_BYTES: Final = 32
_DAY: Final = 24 * 3600
# Mails that strangers did not ask for: few to one address, not many from one organisation.
_MAILS_TO_ADDRESS: Final = 10
_MAILS_OF_ORGANIZATION: Final = 100
# What else a name holds could pass for a link or a second message.
_NOT_IN_MAIL: Final = re.compile(r"[^\w&' -]")


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites, when, and from where.

    Attributes:
        user_id: the person behind the key; None if there is none.
        address: of this server, for the link.
    """

    user_id: UUID | None
    address: str
    now: datetime


def invite(
    organization: Organization,
    project: Project | None,
    email: str,
    role: str,
    *,
    inviter: Inviter,
) -> None:
    """Mail an invitation; an earlier one to the same is good no longer.

    Raises:
        TooManyInvitations: no more mails today.
        MailFailed: it could not be mailed; there is no invitation then.
    """
    mailbox = hashlib.sha256(email.encode()).hexdigest()[:32]
    verdict = shared_counters().take(
        [
            Budget(f"invitations to {mailbox}", _MAILS_TO_ADDRESS, _DAY),
            Budget(f"invitations of {organization.id}", _MAILS_OF_ORGANIZATION, _DAY),
        ]
    )
    if not verdict.allowed:
        raise TooManyInvitations(verdict)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        open_to(organization, project, email).delete()
        invitation = Invitation.objects.create(
            organization=organization,
            project=project,
            email=email,
            role=role,
            digest=_digest(token),
            invited_by_id=inviter.user_id,
            created_at=inviter.now,
            expires_at=inviter.now + LASTS,
        )
        record_invitation(invitation, Action.INVITATION_MADE)
    try:
        send_mail(
            "An invitation to Remembrancer",
            _words(organization.name, inviter.address, token),
            None,
            [email],
        )
    except OSError as error:
        with transaction.atomic():
            record_invitation(invitation, Action.INVITATION_WITHDRAWN)
            invitation.delete()
        raise MailFailed("The invitation could not be mailed. Try again later.") from error


def record_invitation(invitation: Invitation, action: Action, *others: UUID) -> None:
    """Record a change of an invitation, with the ids of whom else it is about."""
    record(
        action,
        [invitation.id, *others],
        organization_id=invitation.organization_id,
        project_id=invitation.project_id,
    )


def open_to(
    organization: Organization, project: Project | None, email: str
) -> "QuerySet[Invitation]":
    """The invitation of an address that was not accepted, if there is one; it may be too old."""
    return Invitation.objects.filter(
        organization=organization, project=project, email=email, accepted_at=None
    )


@transaction.atomic
def accept_invitation(token: str, *, now: datetime) -> Invitation:
    """Make whoever reads the address a member. A place that they have already stays as it is.

    Raises:
        InvitationOver: there is nothing to accept with that token, or whoever invited may not do
            that any more.
    """
    digest = _digest(token)
    accepted = Invitation.objects.filter(
        digest=digest, accepted_at=None, expires_at__gt=now
    ).update(accepted_at=now)
    if not accepted:
        raise InvitationOver("The invitation is not good any more. Ask for a new one.")
    invitation = Invitation.objects.get(digest=digest)
    user = person_who_reads(invitation.email)
    if not user.is_active or not _may_still_invite(invitation):
        raise InvitationOver("The invitation is not good any more. Ask for a new one.")
    if invitation.project_id is None:
        Membership.objects.get_or_create(
            organization_id=invitation.organization_id,
            user=user,
            defaults={"role": invitation.role},
        )
    else:
        ProjectMembership.objects.get_or_create(
            project_id=invitation.project_id, user=user, defaults={"role": invitation.role}
        )
    with acting_as(user.id):
        record_invitation(invitation, Action.INVITATION_ACCEPTED, user.id)
    return invitation


def _may_still_invite(invitation: Invitation) -> bool:
    """False if whoever invited was removed or made less since; true for a key of nobody's."""
    if invitation.invited_by_id is None:
        return True
    of_organization = Membership.objects.filter(
        organization_id=invitation.organization_id,
        user_id=invitation.invited_by_id,
        role__in=(OrganizationRole.OWNER, OrganizationRole.ADMIN),
    )
    of_project = ProjectMembership.objects.filter(
        project=invitation.project,
        user_id=invitation.invited_by_id,
        role=ProjectRole.OWNER,
    )
    return of_organization.exists() or of_project.exists()


def _words(name: str, address: str, token: str) -> str:
    name = " ".join(_NOT_IN_MAIL.sub(" ", name).split())
    return (
        f'You are invited to join "{name}" on Remembrancer. To accept, open\n\n'
        f"{address}/invitations/accept#{token}\n\n"
        "or, on a command line:\n\n"
        f'curl -X POST {address}/api/v1/invitations/accept/ -d \'{{"token": "{token}"}}\'\n\n'
        f"It is good for {LASTS.days} days. If you expected none, there is nothing to do.\n"
    )


def _digest(token: str) -> bytes:
    key = f"invitation {settings.SECRET_KEY}".encode()
    return hmac.digest(key, token.encode(), hashlib.sha256)
