"""Registering an agent, and handing what it made to a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from controlplane.agents.models import AgentRegistration
from controlplane.agents.names import new_user_name
from controlplane.api.addresses import Address, household, network
from controlplane.apikeys.models import ApiKey, KeyScope
from controlplane.apikeys.services import issue_key, revoke_key
from controlplane.apikeys.verification import Principal, forget_verified
from controlplane.audit.actions import Action
from controlplane.audit.callers import acting_as
from controlplane.audit.services import record
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget, Verdict
from controlplane.organizations.models import Membership, OrganizationRole
from controlplane.organizations.services import add_owner, found_organization

# Everything with its own memories, but nothing that reaches other people or makes more keys.
PROVISIONAL_SCOPES: Final = (KeyScope.READ, KeyScope.WRITE, KeyScope.DELETE)
_DAY: Final = 24 * 3600
_HOUR: Final = 3600


class AgentModeOff(Exception):
    """This server lets no agent register itself."""


class TooManyAgents(Exception):
    """A budget of registrations is spent."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.budget.key)
        self.verdict = verdict


class AlreadyClaimed(Exception):
    """Somebody has claimed the organisation, or it was never an agent's."""


@dataclass(frozen=True, slots=True)
class RegisteredAgent:
    """What an agent gets; `token` can't be read again."""

    token: str
    user_id: str
    organization_id: UUID
    project_id: UUID
    expires_at: datetime


def register_agent(
    address: Address, *, source: str, caller: str, now: datetime, has_proof: bool = False
) -> RegisteredAgent:
    """An organisation, project, key and user of the agent's own.

    Args:
        address: where it asks from.
        source: what it came by.
        caller: which agent it is.
        now: when it asks.
        has_proof: it has proven work; then only the budget of the whole server counts.

    Raises:
        AgentModeOff: it is switched off here.
        TooManyAgents: too many came from the address, its network, or altogether.
        CountersAway: nobody knows whether too many came.
    """
    if not settings.AGENT_MODE:
        raise AgentModeOff
    with transaction.atomic():
        verdict = shared_counters().take(_budgets(address, has_proof=has_proof))
        if not verdict.allowed:
            raise TooManyAgents(verdict)
        user_id = new_user_name()
        organization, project = found_organization(user_id)
        expires_at = now + timedelta(days=settings.UNCLAIMED_DAYS)
        issued = issue_key(
            project.id,
            name="Registered by the agent itself",
            scopes=PROVISIONAL_SCOPES,
            expires_at=expires_at,
            default_user_id=user_id,
            is_provisional=True,
        )
        AgentRegistration.objects.create(
            organization=organization,
            key=issued.key,
            source=source,
            caller=caller,
            expires_at=expires_at,
        )
        with acting_as(issued.key.id):
            record(Action.AGENT_REGISTERED, [issued.key.id], organization_id=organization.id)
    return RegisteredAgent(issued.token, user_id, organization.id, project.id, expires_at)


def _budgets(address: Address, *, has_proof: bool) -> list[Budget]:
    home, net = household(address), network(address)
    altogether = Budget("agents", settings.AGENT_MODE_PER_HOUR, _HOUR)
    if has_proof:
        return [altogether]
    return [
        Budget(f"agents at {home}", settings.AGENT_MODE_PER_ADDRESS_PER_DAY, _DAY),
        Budget(f"agents in {net}", settings.AGENT_MODE_PER_NETWORK_PER_DAY, _DAY),
        altogether,
    ]


@transaction.atomic
def name_caller(principal: Principal, caller: str) -> str:
    """Say which agent uses the key; an ordinary key has nothing to say it of."""
    if AgentRegistration.objects.filter(key_id=principal.key_id).update(caller=caller):
        organization_id = principal.organization_id
        record(Action.AGENT_NAMED, [principal.key_id], organization_id=organization_id)
    return caller


def claim(principal: Principal, *, user_id: UUID, now: datetime) -> datetime:
    """Make a person the owner of what an agent registered. Its key and memories stay.

    Whoever held the key before could have made other credentials: those are revoked.

    Returns:
        When it was claimed.

    Raises:
        AlreadyClaimed: there is nothing to claim with that key.
    """
    with acting_as(user_id), transaction.atomic():
        _claim(principal, user_id=user_id, now=now)
    return now


def _claim(principal: Principal, *, user_id: UUID, now: datetime) -> None:
    claimed = AgentRegistration.objects.filter(key_id=principal.key_id, claimed_at=None).update(
        claimed_at=now, claimed_by_id=user_id
    )
    if not claimed:
        raise AlreadyClaimed
    key = ApiKey.objects.get(id=principal.key_id)
    others = ApiKey.objects.filter(
        project__organization_id=principal.organization_id, revoked_at=None
    ).exclude(id=key.id)
    for other in others:
        revoke_key(other, now=now)
    Membership.objects.filter(
        organization_id=principal.organization_id, role=OrganizationRole.OWNER
    ).delete()
    add_owner(principal.organization_id, user_id)
    key.is_provisional, key.expires_at, key.created_by_id = False, None, user_id
    key.scopes = sorted(scope.value for scope in KeyScope)
    key.save(update_fields=["is_provisional", "expires_at", "created_by_id", "scopes"])
    forget_verified(bytes(key.digest))
    record(Action.AGENT_CLAIMED, [key.id, user_id], organization_id=principal.organization_id)
