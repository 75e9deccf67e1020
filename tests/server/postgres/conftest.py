"""Tests of what only Postgres does.

They run where it is the database: tests/server/full/test_suites_on_postgres.py sees to that.
"""

from django.apps import apps

collect_ignore_glob = [] if apps.is_installed("memories.records") else ["test_*.py"]
