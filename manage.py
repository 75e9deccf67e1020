#!/usr/bin/env python
"""Django's command line. `platform/` goes on the path here, so that it works before an install."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))
    has_database = bool({"DATABASE_URL", "DATABASE_URL_FILE"} & set(os.environ))
    mode = "production" if has_database else "embedded"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"controlplane.settings.{mode}")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
