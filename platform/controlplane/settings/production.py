"""Several processes on Postgres and Redis: chosen with DJANGO_SETTINGS_MODULE."""

from controlplane.settings import env
from controlplane.settings.base import *

DEBUG = False
# Django itself would refuse an empty one without saying which variable it comes from.
SECRET_KEY = env.text("REMEMBRANCER_SECRET_KEY") or "missing"
ALLOWED_HOSTS = env.names("REMEMBRANCER_ALLOWED_HOSTS")
DATABASES = {"default": env.database()}
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss", "unix"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("REMEMBRANCER_HTTPS_ONLY", default=True)
SECURE_HSTS_SECONDS = env.number("REMEMBRANCER_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
