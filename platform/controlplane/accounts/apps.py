"""The Django app of people's accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People's accounts."""

    name = "controlplane.accounts"
    label = "accounts"
