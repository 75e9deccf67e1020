"""What else goes when a project goes: files that other layers keep of it.

The row of `RemovedProject` is written with the deletion and taken away once everybody is through,
so that a crash or a full disk in between leaves nothing behind: the next removal, or whoever calls
`finish_removals` (a server that starts does), does what is left.
"""

import logging
from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from django.db import transaction

from controlplane.organizations.models import RemovedProject

Callback = Callable[[UUID], None]
_logger = logging.getLogger(__name__)
_CALLBACKS: Final[list[Callback]] = []


def on_project_removed(callback: Callback) -> None:
    """Call it with the id of every project that is removed, once that is committed.

    It may be called again for the same project, and then finds nothing to do.
    """
    if callback not in _CALLBACKS:
        _CALLBACKS.append(callback)


def remove_with(project_ids: Collection[UUID]) -> None:
    """Let everybody remove what they keep of the projects, if this transaction is committed."""
    RemovedProject.objects.bulk_create(
        [RemovedProject(project_id=project_id) for project_id in project_ids],
        ignore_conflicts=True,
    )
    transaction.on_commit(finish_removals)


def finish_removals() -> int:
    """Remove what is left of removed projects.

    Returns:
        How many could not be finished; they are tried again the next time.
    """
    return sum(
        not _finished(project_id)
        for project_id in RemovedProject.objects.values_list("project_id", flat=True)
    )


def _finished(project_id: UUID) -> bool:
    try:
        for callback in _CALLBACKS:
            callback(project_id)
    except Exception:
        # The rows are gone and the answer is true; the rest stays due.
        _logger.exception("what is kept of a removed project could not be removed yet")
        return False
    RemovedProject.objects.filter(project_id=project_id).delete()
    return True
