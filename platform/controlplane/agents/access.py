"""What a person who proved their address gets on a command line."""

from controlplane.accounts.models import User
from controlplane.apikeys.services import IssuedKey, issue_key
from controlplane.audit.callers import acting_as
from controlplane.organizations.access import SCOPES_OF_ROLE
from controlplane.organizations.models import OrganizationRole, Project
from controlplane.organizations.services import found_organization


def sign_in(user: User) -> IssuedKey:
    """A new key of the person's default project; who has none gets an organisation of their own.

    It may do what their role there may.
    """
    with acting_as(user.id):
        return _signed_in(user)


def _signed_in(user: User) -> IssuedKey:
    membership = user.memberships.order_by("-is_default", "created_at").first()
    role = OrganizationRole.OWNER if membership is None else membership.role
    if membership is None:
        _, project = found_organization("My organization", owner_id=user.id)
    else:
        project = Project.objects.filter(organization_id=membership.organization_id).order_by(
            "-is_default", "created_at"
        )[0]
    return issue_key(
        project.id, name="Command line", scopes=SCOPES_OF_ROLE[role], created_by=user.id
    )
