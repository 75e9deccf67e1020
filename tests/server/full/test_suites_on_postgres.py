"""What holds on files holds on Postgres with Weaviate: the same tests, on real servers."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.server.services import FOLDER_VARIABLE, ROOT, Services

SUITES = [
    f"tests/server/{suite}"
    for suite in """
        ingest idempotency limits agents organizations webhooks apikeys audit memories_api isolation
        postgres
    """.split()
]


# Where each project still has a file of its own, beside a database in Postgres.
WITH_FILES = [f"tests/server/{suite}" for suite in ("ingest", "idempotency", "organizations")]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """With a node of Weaviate, unlike those of the session.

    For each test anew: a node keeps some thirty files open for each project that it was asked for.
    """
    started = Services(tmp_path, weaviate=1)
    try:
        yield started.start()
    finally:
        started.stop()


def test_the_suites_pass_with_an_index_apart(services: Services) -> None:
    assert passed(SUITES, services.environment, services.folder) > 200


def test_the_suites_pass_with_files(services: Services) -> None:
    without = {
        name: value for name, value in services.environment.items() if "WEAVIATE" not in name
    }
    assert passed(WITH_FILES, without, services.folder) > 100


def test_the_stores_keep_their_word(services: Services) -> None:
    contracts = ["tests/contracts", "-k", "postgres"]
    assert passed(contracts, services.environment, services.folder) > 150
    assert passed(["tests/records"], services.environment, services.folder) > 10


def test_both_find_the_same(services: Services) -> None:
    assert passed(["tests/congruence"], services.environment, services.folder) >= 5


def passed(tests: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """How many tests there are, all of which must pass."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={
            **os.environ,
            **environment,
            "DJANGO_SETTINGS_MODULE": "controlplane.settings.test_postgres",
            FOLDER_VARIABLE: str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    return int(passed[1])
