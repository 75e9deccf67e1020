"""What holds on files holds on Postgres: the same tests, with its database."""

import os
import re
import subprocess
import sys

from tests.server.services import FOLDER_VARIABLE, ROOT, Services

SUITES = (
    "ingest idempotency limits agents organizations webhooks apikeys audit memories_api isolation"
).split()


def test_the_suites_pass_on_postgres(services: Services) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider"),
            *(f"tests/server/{suite}" for suite in SUITES),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            **services.environment,
            "DJANGO_SETTINGS_MODULE": "controlplane.settings.test_postgres",
            FOLDER_VARIABLE: str(services.folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) > 200
