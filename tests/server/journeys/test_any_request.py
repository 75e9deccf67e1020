"""Requests that nobody would write by hand, made from the server's own description of itself."""

import re
import subprocess
import sys
from pathlib import Path

from tests.server.journeys.live import LiveServer

_LEAST = 1000


def test_no_request_that_fits_the_description_or_nearly_does_ends_in_an_error_of_the_server(
    tmp_path: Path,
) -> None:
    with LiveServer(tmp_path / "data", REMEMBRANCER_REQUESTS_PER_MINUTE="1000000") as server:
        ran = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "run",
                f"{server.base}/openapi.json",
                "--header", f"Authorization: Token {server.key}",
                "--checks", "not_a_server_error",
                "--phases", "coverage,fuzzing",
                "--max-examples", "10",
                "--request-timeout", "10",
                "--continue-on-failure",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    found = re.search(r"(\d+) generated, (\d+) passed", ran.stdout)
    assert found is not None, ran.stdout[-3000:]
    assert int(found[1]) == int(found[2]) > _LEAST
