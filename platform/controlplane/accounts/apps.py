"""The Django app of people's accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People's accounts."""

    name = "controlplane.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let codes go that are good no longer."""
        from controlplane.accounts.codes import forget_expired  # noqa: PLC0415 - models
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there

        every_minute(forget_expired)
