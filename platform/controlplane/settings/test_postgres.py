"""The tests' settings, with the database that DATABASE_URL names in place of a file."""

from controlplane.settings import env
from controlplane.settings.test import *
from controlplane.settings.test import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "memories.records"]
INDEX = env.index()
DATABASES = {"default": env.database(connections=30)}
