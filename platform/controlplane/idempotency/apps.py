"""The Django app of idempotency keys."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Idempotency keys."""

    name = "controlplane.idempotency"
    label = "idempotency"

    def ready(self) -> None:
        """Let answers go that are kept no longer."""
        from controlplane.idempotency.services import forget_expired  # noqa: PLC0415 - models
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there

        every_minute(forget_expired)
