"""What messages wake: thin tasks, each of which finds by itself what is to be done.

They take any keyword, so that a worker understands messages of a newer release.
"""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.utils import timezone

from controlplane.jobs import Work, keep_up, wake
from controlplane.webhooks.delivery import deliver_next, deliveries_wait
from memories.ingest.places import places
from memories.ingest.queries import work_waits
from memories.ingest.work import work_once
from workers.celery import SWEEP_EVERY, app

# Then another message takes its turn: no task may last as long as a message is unseen.
_MOST_AT_ONCE: Final = 50
_LONGEST_SECONDS: Final = 60.0


@app.task(name=Work.JOBS.value)
def do_jobs(**kwargs: object) -> None:
    """Do jobs until there is none, or until it is another's turn."""
    if _is_more(work_once):
        wake(Work.JOBS)


@app.task(name=Work.WEBHOOKS.value)
def send_webhooks(**kwargs: object) -> None:
    """Send webhooks until there is none, or until it is another's turn."""
    if _is_more(deliver_next):
        wake(Work.WEBHOOKS)


@app.task(name=Work.INDEX.value)
def settle_indexes(**kwargs: object) -> None:
    """Tell indexes what they have not heard of, until there is none or it is another's turn."""
    if _is_more(places().settle_some):
        wake(Work.INDEX)


@app.task(name="maintenance.sweep")
def sweep(**kwargs: object) -> None:
    """Wake whoever has something to do: what a lost message, a pause or a dead worker left."""
    good_for = SWEEP_EVERY.total_seconds()
    if work_waits():
        for _ in range(settings.JOB_THREADS):
            wake(Work.JOBS, good_for_seconds=good_for)
    if deliveries_wait(timezone.now()):
        wake(Work.WEBHOOKS, good_for_seconds=good_for)
    if places().changes_wait():
        wake(Work.INDEX, good_for_seconds=good_for)


@app.task(name="maintenance.keep_up")
def forget(**kwargs: object) -> None:
    """Forget what has had its time, and finish removals."""
    keep_up(timezone.now())


def _is_more(do_next: Callable[[], bool]) -> bool:
    """Do one after another; True if it stopped before there was none."""
    until = time.monotonic() + _LONGEST_SECONDS
    for _ in range(_MOST_AT_ONCE):
        if not do_next():
            return False
        if time.monotonic() > until:
            break
    return True
