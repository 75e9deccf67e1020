"""The Django app of idempotency keys."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Idempotency keys."""

    name = "controlplane.idempotency"
    label = "idempotency"
