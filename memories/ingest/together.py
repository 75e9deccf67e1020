"""Small adds that wait behind one another are learned from with one question."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings

from memories import Memory, WaitingAdd
from memories.engine.domain import Guidance
from memories.ingest.models import Job, JobKind, JobStatus
from memories.ingest.orders import AddOrder

# A question is about ten turns, and every add has one at least.
_MOST: Final = 10


def ask_together(
    order: AddOrder,
    job: Job,
    memory: Memory,
    *,
    guidance: Guidance,
    timezone: str | None,
) -> None:
    """Have the language model asked about this job and those that wait behind it.

    Each job stays what it is: its answer is saved beside it, and used when its turn comes, as one
    of an attempt that failed would be. What can't be answered together is asked by each job.

    Args:
        order: of the job.
        job: the first of its lane.
        memory: of its project.
        guidance: what the job wants learned.
        timezone: where its speakers are.

    Raises:
        LanguageModelBusy: later may help.
    """
    is_first = job.attempts == 1 and settings.JOB_ATTEMPTS > 1
    if settings.EXTRACTION_MODEL is None or not (order.infer and is_first and _is_text(order)):
        return
    adds = [_waiting(order, job), *_behind(order, job)]
    if len(adds) > 1:
        scope = order.owner.within(memory)
        memory.answer_together(adds, scope=scope, timezone=timezone, guidance=guidance)


def _behind(order: AddOrder, job: Job) -> Iterator[WaitingAdd]:
    """Adds that follow in the lane and want the same learned, up to the first job that is none."""
    following = Job.objects.filter(
        lane_id=job.lane_id, status=JobStatus.PENDING, number__gt=job.number
    )
    for each in following.order_by("number")[: _MOST - 1]:
        if each.kind != JobKind.ADD:
            return
        other = AddOrder.from_row(each.order)
        if _wants(other) != _wants(order) or not other.messages or not _is_text(other):
            return
        yield _waiting(other, each)


def _is_text(order: AddOrder) -> bool:
    """False where files are to be read first."""
    return all(isinstance(each["content"], str) for each in order.messages)


def _wants(order: AddOrder) -> tuple[Mapping[str, object], str | None, bool, bool]:
    return order.guidance, order.timezone, order.infer, order.sums_up


def _waiting(order: AddOrder, job: Job) -> WaitingAdd:
    return WaitingAdd(str(job.id), list(order.messages), order.instant())
