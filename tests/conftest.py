"""Figures that tests measure: shown after the run, and kept where `--figures` says."""

import json
import platform
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings

# On a busy machine the first call of a test can take as long as it likes; what must be quick is
# measured on purpose.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")

# In a shell's background job SIGINT is ignored, and whatever is started inherits that; tests of
# Ctrl-C send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

RecordFigure = Callable[[str, float], None]

_FIGURES = pytest.StashKey[dict[str, float]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="folder to keep what was measured in, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = {}


@pytest.fixture
def record_figure(request: pytest.FixtureRequest) -> RecordFigure:
    """Keep a measured figure under a name that says what it is and in which unit."""
    figures = request.config.stash[_FIGURES]

    def record(name: str, value: float) -> None:
        figures[name] = round(value, 4)

    return record


@pytest.fixture
def records_database(transactional_db: None) -> Iterator[None]:
    """Postgres without any project's records, seen by all threads."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE records_project CASCADE")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    figures = config.stash[_FIGURES]
    if not figures:
        return
    terminalreporter.section("figures")
    for name, value in sorted(figures.items()):
        terminalreporter.write_line(f"{name}: {value:g}")
    folder: Path | None = config.getoption("figures")
    if folder is not None:
        _keep(folder, figures)


def _keep(folder: Path, figures: dict[str, float]) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    now = datetime.now(UTC)
    kept = {
        "date": now.isoformat(timespec="seconds"),
        "commit": commit,
        "changed_since_commit": bool(changed),
        "python": platform.python_version(),
        "figures": figures,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y-%m-%d}-{commit[:8]}.json"
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
