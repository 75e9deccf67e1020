"""The Django app of commands that serve and work."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Serving and working."""

    name = "workers"
