"""Embedded mode in a folder that is thrown away: what the tests run on."""

import atexit
import os
import shutil
import tempfile

os.environ["REMEMBRANCER_DATA"] = tempfile.mkdtemp(prefix="remembrancer-tests-")

from controlplane.settings.embedded import *
from controlplane.settings.embedded import DATA_FOLDER, DATABASES

atexit.register(shutil.rmtree, DATA_FOLDER, ignore_errors=True)
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# Nobody does jobs while a test waits, but where it says so.
LONGEST_WAIT_SECONDS = 0.05
# Quick, as no password here protects anything.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A file, as threads share it.
DATABASES["default"]["TEST"] = {"NAME": str(DATA_FOLDER / "test.db")}
