"""The Django app of the audit trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit trail."""

    name = "controlplane.audit"
    label = "audit"
