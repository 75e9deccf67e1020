"""`infra/services` itself: what it starts, keeps, stops and says."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests.server.services import ROOT, Services


def call(*words: str, **environment: str) -> tuple[int, str, str]:
    ran = subprocess.run(
        [sys.executable, ROOT / "infra" / "services", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment or None,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def test_it_starts_twice_and_stops_twice_without_harm(folder: Path) -> None:
    code, first, said = call("start", str(folder), "--weaviate", "0")
    assert code == 0, said
    assert "WEAVIATE" not in first
    mine = Services(folder)
    try:
        assert call("start", str(folder))[1] == first
        with psycopg.connect(mine.environment["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        with Redis.from_url(mine.redis_url) as redis:
            redis.set("kept", "yes")
        mine.kill_redis()
        assert call("start", str(folder))[:2] == (0, first)
        with Redis.from_url(mine.redis_url) as redis:
            assert redis.ping()
        for name in ("environment", "services.json"):
            assert (folder / name).stat().st_mode & 0o077 == 0
    finally:
        url = mine.environment["DATABASE_URL"]
        # Of a narrow terminal.
        assert call("stop", str(folder), **{**os.environ, "COLUMNS": "40"})[0] == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    assert call("stop", str(folder))[0] == 0
    assert {path.name for path in folder.iterdir()} == {"services.lock"}


def test_a_start_that_fails_leaves_nothing_and_says_why(folder: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "redis-server").write_text("#!/bin/sh\necho no room >&2\nexit 3\n")
    (programs / "redis-server").chmod(0o755)
    path = f"{programs}:/usr/bin:/bin:/usr/sbin:/sbin"
    code, _, said = call("start", str(folder), "--weaviate", "0", PATH=path)
    assert code == 1
    assert "redis-server failed with 3" in said
    assert "no room" in said
    assert {path.name for path in folder.iterdir()} == {"services.lock"}


@pytest.mark.parametrize(
    "words",
    [(), ("start",), ("restart", "x"), ("start", "a", "b"), ("start", "a", "--weaviate", "2")],
)
def test_it_says_how_it_is_called(words: tuple[str, ...]) -> None:
    code, _, said = call(*words)
    assert code == 2
    assert said.startswith("usage: infra/services start FOLDER")
