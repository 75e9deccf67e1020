"""The Django app of rate limits and quotas."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Rate limits and quotas."""

    name = "controlplane.limits"
    label = "limits"
