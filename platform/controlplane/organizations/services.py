"""What changes organisations and projects."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.queries import creator_of
from controlplane.apikeys.services import IssuedKey, issue_key
from controlplane.apikeys.verification import Principal, forget_verified
from controlplane.audit.actions import Action
from controlplane.audit.callers import current_caller
from controlplane.audit.services import begin_chain, record
from controlplane.organizations.errors import KeyOfNobody, LastProject
from controlplane.organizations.models import (
    Membership,
    Organization,
    OrganizationRole,
    Project,
    ProjectMembership,
    ProjectRole,
)
from controlplane.organizations.removal import remove_with

_logger = logging.getLogger("remembrancer.organizations")
_FIRST_PROJECT = "Default project"


@transaction.atomic
def found_organization(name: str, *, owner_id: UUID | None = None) -> tuple[Organization, Project]:
    """A new organisation with its default project.

    Args:
        name: shown to people.
        owner_id: the person who owns it; None while an agent runs it alone.
    """
    organization = Organization.objects.create(name=name)
    begin_chain(organization.id)
    project = Project.objects.create(
        organization=organization, name=_FIRST_PROJECT, is_default=True
    )
    record(Action.ORGANIZATION_FOUNDED, [organization.id], organization_id=organization.id)
    _record_of(project, Action.PROJECT_CREATED)
    if owner_id is not None:
        add_owner(organization.id, owner_id)
    return organization, project


def _record_of(project: Project, action: Action) -> None:
    record(action, [project.id], organization_id=project.organization_id, project_id=project.id)


@transaction.atomic
def add_owner(organization_id: UUID, user_id: UUID) -> None:
    """Make a person an owner; their first organisation becomes their default one."""
    Membership.objects.update_or_create(
        organization_id=organization_id,
        user_id=user_id,
        defaults={"role": OrganizationRole.OWNER},
        create_defaults={
            "role": OrganizationRole.OWNER,
            "is_default": not Membership.objects.filter(user_id=user_id, is_default=True).exists(),
        },
    )
    record(Action.MEMBER_ADDED, [user_id], organization_id=organization_id)


@transaction.atomic
def found_for(principal: Principal, name: str) -> IssuedKey:
    """A new organisation of the person who made the key.

    Returns:
        The first key of its default project, with the rights of the asking one: that one opens
        nothing there.

    Raises:
        KeyOfNobody: no person made the key.
    """
    owner_id = creator_of(principal)
    if owner_id is None:
        raise KeyOfNobody("Nobody made this key who could own an organization.")
    _, project = found_organization(name, owner_id=owner_id)
    return issue_key(
        project.id,
        name="First key",
        scopes=principal.scopes,
        expires_at=principal.expires_at,
        created_by=owner_id,
    )


@transaction.atomic
def delete_organization(organization: Organization) -> None:
    """Delete it with everything in it: projects, memories, keys, members, its audit trail too.

    What is left of it is a line in the server's log.
    """
    extra = {"organization": str(organization.id), "actor": current_caller().actor}
    _lock(organization.id)
    _remove(list(organization.projects.values_list("id", flat=True)))
    organization.delete()
    transaction.on_commit(lambda: _logger.info("an organization was deleted", extra=extra))


@transaction.atomic
def create_project(
    organization: Organization, *, name: str, description: str, owner_id: UUID | None
) -> Project:
    """A new project, owned by the person if there is one."""
    project = Project.objects.create(organization=organization, name=name, description=description)
    if owner_id is not None:
        ProjectMembership.objects.create(project=project, user_id=owner_id, role=ProjectRole.OWNER)
    _record_of(project, Action.PROJECT_CREATED)
    return project


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """What is to be another way.

    Attributes:
        columns: name and description, as far as they change.
        settings: by name; None clears one.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)


@transaction.atomic
def change_project(project: Project, changes: ProjectChanges) -> None:
    """Change what is named; the rest stays, also while others change it."""
    kept = Project.objects.select_for_update().get(id=project.id)
    for name, value in changes.columns.items():
        setattr(kept, name, value)
    settings = {**kept.settings, **changes.settings}
    kept.settings = {name: value for name, value in settings.items() if value is not None}
    kept.save(update_fields=[*changes.columns, "settings", "updated_at"])
    _record_of(kept, Action.PROJECT_CHANGED)


@transaction.atomic
def delete_project(project: Project) -> None:
    """Delete it with everything in it. Of the default one's siblings, the oldest takes its place.

    Raises:
        LastProject: the organisation would have none.
    """
    _lock(project.organization_id)
    siblings = Project.objects.filter(organization_id=project.organization_id).exclude(
        id=project.id
    )
    heir = siblings.order_by("-is_default", "created_at").first()
    if heir is None:
        raise LastProject(
            "An organization keeps one project. Delete the organization, or make another first."
        )
    _remove([project.id])
    organization_id, project_id = project.organization_id, project.id
    project.delete()
    if not heir.is_default:
        Project.objects.filter(id=heir.id).update(is_default=True)
    record(
        Action.PROJECT_DELETED,
        [project_id],
        organization_id=organization_id,
        project_id=project_id,
    )


def _lock(organization_id: UUID) -> None:
    """Let nobody else change the organisation's projects until the transaction ends."""
    Organization.objects.select_for_update().filter(id=organization_id).first()


def _remove(project_ids: Collection[UUID]) -> None:
    """See to what is kept of projects elsewhere, and let their keys be good no longer."""
    ids = list(project_ids)
    digests = list(ApiKey.objects.filter(project_id__in=ids).values_list("digest", flat=True))

    def forget() -> None:
        for digest in digests:
            forget_verified(bytes(digest))

    transaction.on_commit(forget)
    remove_with(ids)
