"""The platform's projects: each has its truth in Postgres and its index on the index server."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from controlplane.shared_index import shared_index
from memories import Memory
from memories.engine.domain import Scope
from memories.engine.errors import RemembrancerError
from memories.engine.ingestion.tools import MODEL_SETTING, dimensions_setting
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.index_server import IndexAddress
from memories.records.database import Database
from memories.records.projects import (
    all_projects,
    changed_projects,
    changes_wait,
    remove_project,
    scope_of_project,
)
from memories.records.resting import rest_unused
from memories.records.settling import Settling
from memories.records.states import shared_states
from memories.records.store import PostgresRecords
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

    def settling(self, scope: Scope) -> Settling | None:
        """What brings a project's index up to date; None of one that has none yet."""
        stores = self._stores(scope)
        model = stores.records.setting(MODEL_SETTING, scope=scope)
        if model is None:
            return None
        dimensions = stores.records.setting(dimensions_setting(model), scope=scope)
        if dimensions is None:
            return None
        # Whoever tells or compares it uses it no further.
        self._states.woken(index_name(scope, model))
        return stores.settling(model=model, dimensions=int(dimensions))

    def model_of(self, scope: Scope) -> str | None:
        """The embedding model that a project is indexed with; None before it is."""
        return PostgresRecords(Database(scope)).setting(MODEL_SETTING, scope=scope)

    def switch(self, scope: Scope, *, to: Embedder) -> int:
        """Index a project with another model; searches go on meanwhile with the one it has.

        What is written meanwhile waits, and is tried again by whoever does it.

        Args:
            scope: the project.
            to: the model.

        Returns:
            How many passages the index holds.

        Raises:
            EmbedderError: the model gave no usable vectors; the project keeps its model.
            IndexUnavailable: the index can't be filled; likewise.
        """
        organization, project = scope.organization, scope.project
        with Memory(
            self._stores(scope),
            organization=organization,
            project=project,
            embedder=to,
            reindex=True,
        ) as memory:
            return memory.stats().passages

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
            name = index_name(scope, model)
            self._server.remove(name)
            self._states.forget(name)
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

    def rest_unused(self, now: datetime) -> int:
        """Put the indexes to rest that nobody used for the hours that are set; says how many."""
        hours = settings.INDEX_REST_HOURS
        if not hours:
            return 0
        return rest_unused(self._server, self._states, before=now - timedelta(hours=hours))

    def _settle(self, scope: Scope) -> bool:
        try:
            settling = self.settling(scope)
            if settling is not None:
                settling.settle()
        except RemembrancerError as error:
            # Its notes stay, and the next time it is tried again.
            _logger.warning("an index stays behind: %s", type(error).__name__)
            return False
        return True

    def _stores(self, scope: Scope) -> HostedStores:
        return HostedStores(
            scope,
            server=self._server,
            states=self._states,
            by_words=settings.SEARCH_WITHOUT_INDEX,
        )


def this_servers() -> Hosted:
    """The projects of this server, which has an index server.

    Raises:
        ImproperlyConfigured: it has none.
    """
    if settings.INDEX is None:
        raise ImproperlyConfigured("REMEMBRANCER_WEAVIATE_URL is not set: there is no index apart")
    return Hosted(settings.INDEX, settings.REDIS_URL)


def asked_for(project_id: UUID | None) -> Sequence[Scope]:
    """All projects, or the one of that id, if there is one."""
    if project_id is None:
        return all_projects()
    scope = scope_of_project(str(project_id))
    return [] if scope is None else [scope]
