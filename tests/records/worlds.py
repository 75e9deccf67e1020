"""Records whose changes nobody tells an index of."""

from django.conf import settings

from controlplane.shared_index import shared_index
from memories.engine.domain import Scope
from memories.engine.ports.index_server import IndexState
from memories.records.database import Database
from memories.records.passages import PostgresPassages
from memories.records.store import PostgresRecords
from tests.contracts.worlds import EVERYONE, World


def untold_world(scope: Scope = EVERYONE) -> World:
    database = Database(scope)
    index = shared_index(settings.INDEX).reads(
        "nobody-asks", state=lambda: IndexState(None, is_told=False)
    )
    return World(PostgresRecords(database), PostgresPassages(database), index)
