"""The platform's projects: each has its truth in Postgres and its index on the index server."""

from uuid import UUID

from controlplane.shared_index import shared_index
from memories.engine.domain import Scope
from memories.engine.ingestion.tools import MODEL_SETTING
from memories.engine.ports.index_server import IndexAddress
from memories.records.projects import remove_project, scope_of_project
from memories.records.states import shared_states
from memories.records.stores import HostedStores, index_name


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
        scope = Scope(str(organization_id), str(project_id))
        return HostedStores(scope, server=self._server, states=self._states)

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
        stores = HostedStores(scope, server=self._server, states=self._states)
        model = stores.records.setting(MODEL_SETTING, scope=scope)
        if model is not None:
            self._server.remove(index_name(scope, model))
        remove_project(scope)
