"""The only way out to an address that a user gave; nothing else may connect to one."""

from controlplane.egress.errors import EgressError, EgressFailed, EgressRefused
from controlplane.egress.resolving import Resolver, ScriptedResolver, SystemResolver
from controlplane.egress.rules import EgressPolicy, check_url
from controlplane.egress.sending import EgressReply, Fetched, get, post

__all__ = [
    "EgressError",
    "EgressFailed",
    "EgressPolicy",
    "EgressRefused",
    "EgressReply",
    "Fetched",
    "Resolver",
    "ScriptedResolver",
    "SystemResolver",
    "check_url",
    "get",
    "post",
]
