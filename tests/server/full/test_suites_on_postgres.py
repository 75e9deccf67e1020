"""What holds on files holds on Postgres: the same tests, with its database."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence

from tests.server.services import FOLDER_VARIABLE, ROOT, Services

SUITES = [
    f"tests/server/{suite}"
    for suite in """
        ingest idempotency limits agents organizations webhooks apikeys audit memories_api isolation
    """.split()
]


def test_the_suites_pass_on_postgres(services: Services) -> None:
    assert passed_on_postgres(SUITES, services) > 200


def test_the_records_keep_their_word_on_postgres(services: Services) -> None:
    contracts = ["tests/contracts", "-k", "postgres"]
    assert passed_on_postgres(contracts, services) > 100
    assert passed_on_postgres(["tests/records"], services) > 10


def passed_on_postgres(tests: Sequence[str], services: Services) -> int:
    """How many tests there are, all of which must pass."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider", *tests],
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
    return int(passed[1])
