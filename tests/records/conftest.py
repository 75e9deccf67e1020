"""Tests of what only the store in Postgres has.

They run where Postgres is the database: tests/server/full/test_suites_on_postgres.py sees to that.
"""

import pytest
from django.apps import apps
from django.conf import settings

from controlplane.shared_index import shared_index
from memories.records.database import Database
from memories.records.passages import PostgresPassages
from memories.records.store import PostgresRecords
from tests.contracts.worlds import EVERYONE, World

collect_ignore_glob = [] if apps.is_installed("memories.records") else ["test_*.py"]


@pytest.fixture
def world(transactional_db: None, records_database: None) -> World:
    """Records that nobody tells an index of."""
    database = Database(EVERYONE)
    index = shared_index(settings.INDEX).reads("nobody-asks", state=lambda: None)
    return World(PostgresRecords(database), PostgresPassages(database), index)
