"""Tests of what only the store in Postgres has.

They run where Postgres is the database: tests/server/full/test_suites_on_postgres.py sees to that.
"""

from pathlib import Path

import pytest
from django.apps import apps

from tests.contracts.worlds import POSTGRES, World

collect_ignore_glob = [] if apps.is_installed("memories.records") else ["test_*.py"]


@pytest.fixture
def world(transactional_db: None, records_database: None, tmp_path: Path) -> World:
    return POSTGRES["postgres"](tmp_path, "a")
