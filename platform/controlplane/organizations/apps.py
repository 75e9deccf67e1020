"""The Django app of organisations."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Organisations and projects."""

    name = "controlplane.organizations"
    label = "organizations"
