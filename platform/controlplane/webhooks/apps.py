"""The Django app of webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks."""

    name = "controlplane.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Let deliveries go that are kept no longer."""
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there
        from controlplane.webhooks.services import forget_old  # noqa: PLC0415 - models

        every_minute(forget_old)
