"""Settings for a developer's own machine."""

import secrets

from controlplane.settings.base import *  # noqa: F403 - how Django composes settings
from controlplane.settings.base import ROOT

DEBUG = True
# A new key each start: nothing that is signed with it is meant to outlive the process.
SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ROOT / "development.db"}}
