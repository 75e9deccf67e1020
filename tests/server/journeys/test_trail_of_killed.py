"""What `kill -9` leaves of the trail: every change, and every read that is a second old."""

import subprocess
import sys
import time
from pathlib import Path

from tests.server.journeys.live import ROOT, LiveServer

_WRITTEN_WITHIN_SECONDS = 1.5


def verified(server: LiveServer) -> str:
    ran = subprocess.run(
        [sys.executable, ROOT / "manage.py", "verify_audit"],
        env={**server._environment, "DJANGO_SETTINGS_MODULE": "controlplane.settings.embedded"},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{ran.returncode} {ran.stdout}{ran.stderr}"


def test_killing_the_server_loses_no_change_and_no_read_of_before(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data") as server:
        _kill_and_look(server)


def _kill_and_look(server: LiveServer) -> None:
    ana = {"filters": {"user_id": "ana"}}
    said = {"messages": "I own a boat.", "user_id": "ana"}
    assert server.ask("POST", "/v3/memories/add/?wait=true", said)[0] == 200
    assert server.ask("POST", "/v3/memories/search/", {"query": "boat", **ana})[0] == 200
    time.sleep(_WRITTEN_WITHIN_SECONDS)
    status, event = server.ask("POST", "/v3/memories/add/", {**said, "user_id": "ben"})
    server.kill_all()
    assert status == 200
    assert verified(server).startswith("0 ")
    server.start()
    _, trail = server.ask("GET", "/api/v1/audit/")
    found = [(each["action"], each["subjects"]) for each in trail["results"]]
    assert ("add.accepted", [event["event_id"]]) in found
    actions = [action for action, _ in found]
    assert actions.count("memory.searched") == 1
    # A server that is stopped writes what it still holds.
    assert server.ask("POST", "/v3/memories/search/", {"query": "boat", **ana})[0] == 200
    assert server.stop() == 0
    assert verified(server).startswith("0 ")
    server.start()
    _, trail = server.ask("GET", "/api/v1/audit/?action=memory.searched")
    assert len(trail["results"]) == 2
    assert server.stop() == 0
