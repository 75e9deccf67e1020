"""What can stand against a change of organisations, projects and members.

OrganizationError
├── Conflict: LastOwner, LastProject, AlreadyMember, InheritedMember, KeyOfNobody
├── NoSuchMember
├── TooManyInvitations
├── InvitationOver
└── MailFailed
"""

from typing import ClassVar

from controlplane.limits.counters import Verdict


class OrganizationError(Exception):
    """Its words are for people; `code` is for programs."""

    code: ClassVar[str] = "invalid"


class Conflict(OrganizationError):
    """The change does not fit what is there."""


class LastOwner(Conflict):
    """An organisation keeps one owner."""

    code = "last_owner"


class LastProject(Conflict):
    """An organisation keeps one project."""

    code = "last_project"


class AlreadyMember(Conflict):
    """They belong there already."""

    code = "already_member"


class InheritedMember(Conflict):
    """They belong to the project by their place in the organisation."""

    code = "inherited_member"


class KeyOfNobody(Conflict):
    """An organisation needs an owner, and no person stands behind the key."""

    code = "key_of_nobody"


class NoSuchMember(OrganizationError):
    """They do not belong there."""

    code = "no_such_member"


class TooManyInvitations(OrganizationError):
    """A budget of mails is spent."""

    code = "too_many"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("Too many invitations today.")
        self.verdict = verdict


class InvitationOver(OrganizationError):
    """The token is wrong, or the invitation was accepted, replaced, withdrawn, or is too old."""

    code = "invitation_over"


class MailFailed(OrganizationError):
    """The mail server did not take the mail."""

    code = "mail_failed"
