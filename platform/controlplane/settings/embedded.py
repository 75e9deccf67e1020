"""Everything in one process, on files: what `make run` serves, on the loopback address."""

import os
import secrets

from controlplane.settings import env
from controlplane.settings.base import *
from controlplane.settings.base import DATA_FOLDER


def _kept_secret() -> str:
    """The key that signs and peppers, made once and kept in a file that only its owner reads."""
    DATA_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = DATA_FOLDER / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii").strip()


DEBUG = False
# Browsers take this machine itself for a secure origin.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
EMBEDDED = True
# `manage.py serve` says itself that mail goes to the console.
SILENCED_SYSTEM_CHECKS = ["remembrancer.W001"]
# Of the embedding model: beyond two, a short text gains nothing (docs/decisions/0018).
MODEL_THREADS = env.number("REMEMBRANCER_MODEL_THREADS", min(2, os.cpu_count() or 1), least=1)
SECRET_KEY = env.text("REMEMBRANCER_SECRET_KEY") or _kept_secret()
ALLOWED_HOSTS = env.names("REMEMBRANCER_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
DATABASES = {
    "default": {
        "ENGINE": "controlplane.sqlite",
        "NAME": DATA_FOLDER / "platform.db",
        # Threads keep their connections: opening one costs as much as a small request.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A rollback journal: the interpreter's SQLite may lose commits of a write-ahead log
            # (docs/decisions/0003). Writers wait their turn from the start of a transaction.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=PERSIST; PRAGMA synchronous=FULL;",
        },
    }
}
