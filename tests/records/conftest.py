"""Tests of what only the store in Postgres has.

They run where Postgres is the database: tests/server/full/test_suites_on_postgres.py sees to that.
"""

import pytest
from django.apps import apps

from tests.contracts.worlds import World
from tests.records.worlds import untold_world

collect_ignore_glob = [] if apps.is_installed("memories.records") else ["test_*.py"]


@pytest.fixture
def world(transactional_db: None, records_database: None) -> World:
    return untold_world()
