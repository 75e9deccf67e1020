"""Registrations of agents."""

from django.conf import settings
from django.db import models

from controlplane.apikeys.models import ApiKey
from controlplane.organizations.models import Organization


class AgentRegistration(models.Model):
    """An organisation that an agent made for itself.

    Attributes:
        key: the key that it was given; it proves who may claim.
        caller: which agent, in its own words.
        expires_at: an unclaimed organisation's key ends then.
        claimed_by: the person who proved to read the address.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="registration"
    )
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="registration")
    source = models.CharField(max_length=100, blank=True, default="")
    caller = models.CharField(max_length=100, blank=True, default="")
    registered_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.organization_id)
