"""A job that makes headway keeps its lease.

To ask a language model about much that was said takes longer than one lease.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from memories.ingest.models import Lane
from memories.ingest.services import Claim

_DOING: Final[ContextVar[Claim | None]] = ContextVar("claim", default=None)


@contextmanager
def doing(claim: Claim) -> Iterator[None]:
    """What is done until the block ends is that job."""
    begun = _DOING.set(claim)
    try:
        yield
    finally:
        _DOING.reset(begun)


def extend_lease(now: datetime) -> None:
    """Keep the job that goes on here from being taken over, if there is one."""
    claim = _DOING.get()
    if claim is not None:
        until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        lanes = Lane.objects.filter(id=claim.job.lane_id, holder=claim.holder)
        lanes.update(lease_until=until)
