"""Settings that every environment shares."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
