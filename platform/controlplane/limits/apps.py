"""The Django app of rate limits and quotas."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Rate limits and quotas."""

    name = "controlplane.limits"
    label = "limits"

    def ready(self) -> None:
        """Let counters go whose window is over."""
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there
        from controlplane.limits.counters import forget_ended  # noqa: PLC0415 - models

        every_minute(forget_ended)
