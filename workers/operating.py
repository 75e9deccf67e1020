"""The key of whoever runs this server."""

import os
from pathlib import Path
from typing import Final

from django.conf import settings

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.organizations.services import found_organization

_KEY_FILE: Final = "operator.key"
_OPERATOR: Final = "Operator of this server"


def operator_key() -> Path:
    """The file that holds the operator's key; made, with a project of its own, on first use."""
    path = settings.DATA_FOLDER / _KEY_FILE
    if path.is_file() and ApiKey.objects.filter(name=_OPERATOR, revoked_at=None).exists():
        return Path(path)
    settings.DATA_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    _, project = found_organization("This server")
    issued = issue_key(project.id, name=_OPERATOR)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(issued.token + "\n")
    return Path(path)
