"""The Django app of what the whole control plane shares: its system checks."""

from django.apps import AppConfig


class ControlPlaneConfig(AppConfig):
    """Checks of the settings."""

    name = "controlplane"

    def ready(self) -> None:
        """Register the checks."""
        from controlplane import checks  # noqa: F401, PLC0415 - registers itself once apps exist
