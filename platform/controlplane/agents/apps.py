"""The Django app of self-registered agents."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Self-registered agents."""

    name = "controlplane.agents"
    label = "agents"
