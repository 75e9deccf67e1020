"""How many requests a key, or an address without a good one, may make."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from controlplane.api.addresses import Address, household
from controlplane.apikeys.verification import Principal
from controlplane.limits.counters import Budget, MemoryCounters, Verdict

_MINUTE: Final = 60
# Where in `request.META` the verdict stands.
_VERDICT: Final = "remembrancer.verdict"
# Counted in this process: a window lasts a minute, and nobody minds to begin it anew.
_COUNTERS: Final = MemoryCounters()


def count_request(request: Request, principal: Principal) -> Verdict:
    """Count a request of a key; the verdict goes with the answer."""
    budget = Budget(f"requests of {principal.key_id}", settings.REQUESTS_PER_MINUTE, _MINUTE)
    verdict = _COUNTERS.take([budget])
    request.META[_VERDICT] = verdict
    return verdict


def count_guess(address: Address) -> Verdict:
    """Count a key that is not good."""
    budget = Budget(f"guesses from {household(address)}", settings.GUESSES_PER_MINUTE, _MINUTE)
    return _COUNTERS.take([budget])


def begin_anew() -> None:
    """Forget what was counted."""
    _COUNTERS.forget()


def say_limits(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write into an answer how many requests are left, and until when."""
    verdict = request.META.get(_VERDICT)
    if isinstance(verdict, Verdict):
        response["X-RateLimit-Limit"] = str(verdict.budget.limit)
        response["X-RateLimit-Remaining"] = str(verdict.remaining)
        response["X-RateLimit-Reset"] = str(verdict.resets_in_seconds)
