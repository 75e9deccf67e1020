"""The Django app of API keys."""

from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    """API keys."""

    name = "controlplane.apikeys"
    label = "apikeys"
