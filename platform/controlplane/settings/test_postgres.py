"""The tests' settings, with the database that DATABASE_URL names in place of a file."""

from dataclasses import replace

from controlplane.settings import env
from controlplane.settings.test import *
from controlplane.settings.test import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "memories.records"]
_index = env.index()
# A busy machine may take as long as it likes: what must be quick is measured on purpose.
INDEX = None if _index is None else replace(_index, deadline_seconds=20.0)
SEARCH_DEADLINE_SECONDS = 20.0
DATABASES = {"default": env.database(connections=30)}
