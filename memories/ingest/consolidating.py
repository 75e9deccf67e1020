"""Looking at memories together in the background, for projects that want it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from controlplane.organizations.models import Project
from memories import Consolidation, Memory
from memories.ingest.guiding import guidance_of
from memories.ingest.models import DueConsolidation
from memories.ingest.orders import IDS, ConsolidateOrder, Owner
from memories.ingest.services import accept
from memories.ingest.spending import dollars

# A conversation is looked at once it has paused: one question about ten facts costs little more
# than one about two.
_PAUSE: Final = timedelta(minutes=10)
_AT_ONCE: Final = 100
NOTHING: Final = "nothing was to be folded, replaced or concluded"


def note_change(project_id: UUID, owner: Mapping[str, object], *, now: datetime) -> None:
    """Somebody's memories have changed: they are due after a pause, if the project wants that.

    Args:
        project_id: whose.
        owner: the ids, as an order has them.
        now: when.
    """
    home = Owner(**{kind: _name(owner.get(kind)) for kind in IDS}).home()
    if not home.named() or not _is_wanted(project_id):
        return
    DueConsolidation.objects.update_or_create(
        project_id=project_id,
        scope=home.digest(),
        defaults={"owner": asdict(home), "due_at": now + _PAUSE},
    )


def _is_wanted(project_id: UUID) -> bool:
    return Project.objects.filter(id=project_id, settings__consolidation=True).exists()


def _name(value: object) -> str | None:
    return value if isinstance(value, str) else None


def accept_due(now: datetime) -> int:
    """Accept a job for each of those that are due, in whichever process; says how many."""
    due = DueConsolidation.objects.filter(due_at__lte=now).order_by("due_at")
    return sum(_accept(each, now) for each in due[:_AT_ONCE])


@transaction.atomic
def _accept(due: DueConsolidation, now: datetime) -> bool:
    deleted, _ = DueConsolidation.objects.filter(id=due.id, due_at=due.due_at).delete()
    if not deleted or not _is_wanted(due.project_id):
        # Another process was first, it changed once more, or it is no longer wanted.
        return False
    accept(ConsolidateOrder(Owner(**due.owner)), project_id=due.project_id, now=now)
    return True


def consolidated(
    order: ConsolidateOrder, memory: Memory, wanted: Mapping[str, object]
) -> Consolidation:
    """What came of looking at somebody's memories, as the project's settings want it."""
    return memory.consolidate(scope=order.owner.within(memory), guidance=guidance_of(wanted, {}))


def results_of(done: Consolidation, owner: Owner) -> list[dict[str, object]]:
    """Each change as clients read it; a model's reasons stay with the memories that they are of."""
    named = {f"{kind}_id": name for kind, name in owner.named().items()}
    return [
        {
            "id": outcome.memory_id,
            "event": outcome.event.value,
            "memory": outcome.text,
            "data": {"memory": outcome.text},
            "by": outcome.by,
            "derived_from": list(outcome.derived_from),
            **named,
        }
        for outcome in done.outcomes
    ]


def looking_of(done: Consolidation) -> dict[str, object]:
    """Which entities are one, and of the model which it is, what it claimed in vain and took.

    Entities by their ids alone: names are gone with the memories that name them.
    """
    return {
        "merged_entities": [
            {
                "id": each.entity.id,
                "into_id": each.into_id,
                "score": each.score,
                "reason": each.reason,
            }
            for each in done.merged_entities
        ],
        "extractor": done.consolidator,
        "dropped": dict(done.dropped),
        "usage": asdict(done.usage),
        "dollars": dollars(done.usage),
    }
