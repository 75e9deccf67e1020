"""Where spans go: to the collector that the environment names, from each process by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from controlplane.tracing import exporting
from controlplane.tracing.spans import SPANS
from tests.server.journeys.live import ROOT, LiveServer
from tests.server.tracing.collector import collecting

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
# The packages of the extra can't be imported, as where they are not installed.
CHECKING = """
import os, sys
sys.path[:0] = [".", "platform"]
sys.modules["opentelemetry.sdk"] = None
os.environ["DJANGO_SETTINGS_MODULE"] = "controlplane.settings.embedded"
from django.core.management import execute_from_command_line
from controlplane.tracing.spans import SPANS
SPANS.start()
assert SPANS.step("one") is SPANS.step("two")
execute_from_command_line(["manage.py", "check"])
"""


@pytest.mark.parametrize(
    ("variables", "is_asked_for"),
    [
        ({}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_SERVICE_NAME": "remembrancer"}, False),
    ],
)
def test_spans_are_sent_if_the_environment_names_a_place(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, is_asked_for: bool
) -> None:
    for name in [each for each in os.environ if each.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert exporting.is_asked_for() is is_asked_for
    if not is_asked_for:
        SPANS.start()
        assert SPANS.step("one") is SPANS.step("two")


def test_a_collector_is_sent_what_was_done_by_the_time_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINT, collector.address)
        SPANS.start()
        with SPANS.step("outer"), SPANS.step("inner", hits=3):
            pass
        SPANS.stop()
    assert collector.names == {"outer", "inner"}
    assert collector.services == {"remembrancer"}


def test_the_process_that_answers_sends_spans(tmp_path: Path) -> None:
    with (
        collecting() as collector,
        LiveServer(tmp_path / "data", **{ENDPOINT: collector.address}) as server,
    ):
        workers = server.workers()
        server.ask("GET", "/v1/ping/", key=server.key)
        assert server.stop() == 0
    assert {"GET /healthz", "GET /v1/ping"} <= collector.names
    assert collector.processes == set(workers)


def test_a_check_says_that_the_packages_are_missing(tmp_path: Path) -> None:
    environment = {**os.environ, ENDPOINT: "http://127.0.0.1:4318"}
    environment["REMEMBRANCER_DATA"] = str(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", CHECKING],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "remembrancer.W002" in ran.stderr
    assert "remembrancer[tracing]" in ran.stderr
