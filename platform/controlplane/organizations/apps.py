"""The Django app of organisations."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Organisations and projects."""

    name = "controlplane.organizations"
    label = "organizations"

    def ready(self) -> None:
        """Finish removals that were cut short."""
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there
        from controlplane.organizations.removal import finish_removals  # noqa: PLC0415 - models

        every_minute(lambda _: finish_removals())
