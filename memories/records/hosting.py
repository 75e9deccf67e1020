"""The platform's projects: each has its truth in Postgres and its index on the index server."""

import logging
from typing import Final
from uuid import UUID

from controlplane.shared_index import shared_index
from memories.engine.domain import Scope
from memories.engine.errors import RemembrancerError
from memories.engine.ingestion.tools import MODEL_SETTING
from memories.engine.ports.index_server import IndexAddress
from memories.records.projects import (
    changed_projects,
    changes_wait,
    remove_project,
    scope_of_project,
)
from memories.records.states import shared_states
from memories.records.stores import HostedStores, index_name

_logger = logging.getLogger("remembrancer.index")
# Projects that are told together, before it is looked for others.
_TOGETHER: Final = 20


class Hosted:
    """Where each project is."""

    def __init__(self, address: IndexAddress, redis_url: str) -> None:
        """Begin.

        Args:
            address: of the index server.
            redis_url: of what the processes share.
        """
        self._server = shared_index(address)
        self._states = shared_states(redis_url)

    def of(self, project_id: UUID, *, organization_id: UUID) -> HostedStores:
        """The project's stores."""
        return self._stores(Scope(str(organization_id), str(project_id)))

    def may_be_new(self, project_id: UUID) -> bool:
        """True: that is asked of the table of projects."""
        return True

    def was_removed(self, project_id: UUID) -> bool:
        """False: whoever writes to a removed project is told so."""
        return False

    def remove(self, project_id: UUID) -> None:
        """Delete all of it, what is found of it first; one that is gone is no error.

        Raises:
            IndexUnavailable: the index server does not answer.
            StoreBusy: somebody went on writing to it.
        """
        scope = scope_of_project(str(project_id))
        if scope is None:
            return
        model = self._stores(scope).records.setting(MODEL_SETTING, scope=scope)
        if model is not None:
            self._server.remove(index_name(scope, model))
        remove_project(scope)

    def changes_wait(self) -> bool:
        """As the port says."""
        return changes_wait()

    def settle_some(self) -> bool:
        """As the port says; where the index server does not answer, nothing is tried."""
        if not self._server.is_ready():
            return False
        changed = changed_projects(_TOGETHER)
        told = [scope for scope in changed if self._settle(scope)]
        return len(changed) == _TOGETHER and bool(told)

    def _settle(self, scope: Scope) -> bool:
        try:
            settling = self._stores(scope).settling_as_kept()
            if settling is not None:
                settling.settle()
        except RemembrancerError as error:
            # Its notes stay, and the next time it is tried again.
            _logger.warning("an index stays behind: %s", type(error).__name__)
            return False
        return True

    def _stores(self, scope: Scope) -> HostedStores:
        return HostedStores(scope, server=self._server, states=self._states)
