"""Production settings with made-up values, for `manage.py check --deploy` on any machine."""

import os
import secrets

os.environ.setdefault("REMEMBRANCER_SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("REMEMBRANCER_ALLOWED_HOSTS", "memory.example.org")
os.environ.setdefault("DATABASE_URL", "postgres://user:password@127.0.0.1:5432/memory")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
os.environ.setdefault("EMAIL_URL", "smtp+tls://user:password@127.0.0.1:587")

from controlplane.settings.production import *
