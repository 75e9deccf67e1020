"""How many requests a key, or an address without a good one, may make."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from controlplane.api.addresses import Address, caller_address, household
from controlplane.apikeys.verification import Principal
from controlplane.limits.choosing import request_counters
from controlplane.limits.counters import Budget, Verdict

_MINUTE: Final = 60
# Where in `request.META` the verdict stands.
_VERDICT: Final = "remembrancer.verdict"


def count_request(request: Request, principal: Principal) -> Verdict:
    """Count a request for its key, its project and its address; the verdict goes along."""
    project, home = principal.project_id, household(caller_address(request))
    verdict = request_counters().take(
        [
            Budget(f"requests of {principal.key_id}", settings.REQUESTS_PER_MINUTE, _MINUTE),
            Budget(f"requests in {project}", settings.PROJECT_REQUESTS_PER_MINUTE, _MINUTE),
            Budget(f"requests from {home}", settings.ADDRESS_REQUESTS_PER_MINUTE, _MINUTE),
        ]
    )
    request.META[_VERDICT] = verdict
    return verdict


def count_guess(address: Address) -> Verdict:
    """Count a key that is not good."""
    budget = Budget(f"guesses from {household(address)}", settings.GUESSES_PER_MINUTE, _MINUTE)
    return request_counters().take([budget])


def say_limits(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write into an answer how many requests are left, and until when."""
    verdict = request.META.get(_VERDICT)
    if isinstance(verdict, Verdict):
        response["X-RateLimit-Limit"] = str(verdict.budget.limit)
        response["X-RateLimit-Remaining"] = str(verdict.remaining)
        response["X-RateLimit-Reset"] = str(verdict.resets_in_seconds)
