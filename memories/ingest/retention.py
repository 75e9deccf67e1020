"""Deleting what a project keeps no longer."""

import logging
from datetime import datetime, timedelta
from typing import Final

from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget
from controlplane.organizations.models import Project
from memories import RemembrancerError
from memories.ingest.copies import forget_copies
from memories.ingest.projects import PROJECTS

_logger = logging.getLogger("remembrancer.jobs")
_HOUR: Final = 3600


def delete_outdated(now: datetime) -> int:
    """Delete, at most once an hour over all processes, what projects keep no longer.

    Returns:
        How many memories and messages there were.
    """
    if not shared_counters().take([Budget("retention", 1, _HOUR)]).allowed:
        return 0
    kept_for_days = Project.objects.filter(settings__retention_days__isnull=False)
    return sum(_delete_of(project, now) for project in kept_for_days.iterator())


def _delete_of(project: Project, now: datetime) -> int:
    days = project.settings["retention_days"]
    if days is None:
        return 0
    before = now - timedelta(days=days)
    try:
        with PROJECTS.use(project.id, organization_id=project.organization_id) as memory:
            if not memory.has_older(before):
                return 0
            # Before it is done, so that no change is without a record.
            record_in(project.id, Action.MEMORIES_OUTDATED, [project.id])
            receipt = memory.delete_older(before)
    except RemembrancerError as error:
        # The next hour tries again, and the other projects now.
        _logger.warning("outdated memories stay: %s", type(error).__name__)
        return 0
    forget_copies(project.id)
    return receipt.memories + receipt.messages
