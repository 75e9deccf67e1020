"""Several processes on Postgres and Redis: chosen with DJANGO_SETTINGS_MODULE."""

import os

from controlplane.settings import env
from controlplane.settings.base import *
from controlplane.settings.base import (
    INSTALLED_APPS,
    JOB_THREADS,
    OPEN_PROJECTS,
    SEARCH_DEADLINE_SECONDS,
    WEB_PROCESSES,
    WEB_THREADS,
)

DEBUG = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# Django itself would refuse an empty one without saying which variable it comes from.
SECRET_KEY = env.text("REMEMBRANCER_SECRET_KEY") or "missing"
ALLOWED_HOSTS = env.names("REMEMBRANCER_ALLOWED_HOSTS")
INSTALLED_APPS = [*INSTALLED_APPS, "memories.records"]
DATABASES = {
    "default": env.database(
        # A connection a thread, and some for what runs beside.
        connections=max(JOB_THREADS, WEB_THREADS) + 2
    )
}
# Of the embedding model in each process: they share the processors (docs/decisions/0018).
MODEL_THREADS = env.number(
    "REMEMBRANCER_MODEL_THREADS",
    max(1, min(2, (os.cpu_count() or 1) // WEB_PROCESSES)),
    least=1,
)
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss", "unix"))
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "remembrancer:cache",
            "OPTIONS": {"socket_timeout": 1.0, "socket_connect_timeout": 1.0},
        }
    }
INDEX = env.index()
# Without its index an open project takes some hundred kilobytes: vectors of its last questions.
_open_projects = env.number("REMEMBRANCER_OPEN_PROJECTS", 500, least=1)
OPEN_PROJECTS = _open_projects if INDEX else OPEN_PROJECTS
_deadline = env.number("REMEMBRANCER_SEARCH_DEADLINE_MS", 250, least=10) / 1000
SEARCH_DEADLINE_SECONDS = _deadline if INDEX else SEARCH_DEADLINE_SECONDS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whoever watches the server asks it without the proxy that speaks HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_SSL_REDIRECT = env.flag("REMEMBRANCER_HTTPS_ONLY", default=True)
SECURE_HSTS_SECONDS = env.number("REMEMBRANCER_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
