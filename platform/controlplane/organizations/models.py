"""Organisations, projects, who belongs to them, and who is asked to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class OrganizationRole(models.TextChoices):
    """What a member of an organisation may do, most first."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    READER = "READER"


class ProjectRole(models.TextChoices):
    """What a member of a project may do there."""

    OWNER = "OWNER"
    READER = "READER"


class Organization(models.Model):
    """Who pays, and whose projects are kept apart from everybody else's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.id)


class Project(models.Model):
    """A hard partition of memories: nothing is shared between two projects.

    Attributes:
        settings: what a project may be told by `PATCH` and reads back: docs/projects.md.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="projects"
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    is_default = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(is_default=True),
                name="one_default_project",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Membership(models.Model):
    """A person's place in an organisation."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=OrganizationRole.choices)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.user_id}"


class ProjectMembership(models.Model):
    """A person's place in one project, beside what the organisation gives them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="project_memberships"
    )
    role = models.CharField(max_length=10, choices=ProjectRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "user"], name="project_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.user_id}"


class Invitation(models.Model):
    """A mailed offer to join, for a person who has no account yet.

    Attributes:
        project: the one project that it is for; None if it is for the organisation.
        role: of `OrganizationRole` or, for a project, of `ProjectRole`.
        digest: keyed hash of the mailed token; the token itself is nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=OrganizationRole.choices)
    digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(project=None, accepted_at=None),
                name="invited_once",
            ),
            models.UniqueConstraint(
                fields=["project", "email"],
                condition=models.Q(accepted_at=None),
                name="invited_to_project_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RemovedProject(models.Model):
    """A project that is gone from the database, until what others keep of it is gone as well."""

    project_id = models.UUIDField(primary_key=True)
    removed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.project_id)
