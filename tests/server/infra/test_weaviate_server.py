"""Where `infra/services` finds Weaviate's server. Programs of other people are stood in for."""

import json
import lzma
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.infra.test_services import call
from tests.server.services import ROOT, Services

_BINARY = "weaviate-server-1.38.11"
_NO_ROOM = "#!/bin/sh\necho no room >&2\nexit 3\n"
only_where_packed = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="packed for Linux on x86-64"
)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing that Weaviate could come from."""
    programs = tmp_path / "programs"
    program(programs / "go", "#!/bin/sh\necho go1.25.9\n")
    for name in ("docker", "podman"):
        program(programs / name, "#!/bin/sh\nexit 1\n")
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "REMEMBRANCER_SEED_FOLDER": str(tmp_path / "seeds"),
    }


def seed(bare: dict[str, str], packed: bytes) -> None:
    folder = Path(bare["REMEMBRANCER_SEED_FOLDER"])
    folder.mkdir()
    (folder / f"{_BINARY}-linux-amd64.xz").write_bytes(packed)


def cached(bare: dict[str, str]) -> set[str]:
    return {path.name for path in (Path(bare["XDG_CACHE_HOME"]) / "remembrancer").iterdir()}


def refused(folder: Path, environment: dict[str, str]) -> str:
    """What a start says that can't be done, and that leaves nothing."""
    code, _, said = call("start", str(folder), **environment)
    assert code == 1
    assert {path.name for path in folder.iterdir()} == {"services.lock"}
    return said


def test_a_server_that_is_named_is_taken_and_its_failure_told(
    bare: dict[str, str], tmp_path: Path
) -> None:
    named = program(tmp_path / "mine" / "server", _NO_ROOM)
    said = refused(tmp_path / "kept", {**bare, "REMEMBRANCER_WEAVIATE_BIN": str(named)})
    assert "Weaviate (node1) does not answer" in said
    assert "no room" in said


def test_a_name_of_no_program_is_refused(bare: dict[str, str], tmp_path: Path) -> None:
    said = refused(tmp_path / "kept", {**bare, "REMEMBRANCER_WEAVIATE_BIN": str(tmp_path)})
    assert "REMEMBRANCER_WEAVIATE_BIN is no program" in said


def test_where_it_can_come_from_nowhere_it_says_what_to_do(
    bare: dict[str, str], tmp_path: Path
) -> None:
    said = refused(tmp_path / "kept", bare)
    for advice in ("Go 1.26 or newer", "docker or podman", "--weaviate 0"):
        assert advice in said


@only_where_packed
def test_two_that_unpack_it_at_once_do_not_disturb_each_other(
    bare: dict[str, str], tmp_path: Path
) -> None:
    seed(bare, lzma.compress(_NO_ROOM.encode()))
    running = [
        subprocess.Popen(
            [sys.executable, ROOT / "infra" / "services", "start", tmp_path / name],
            env=bare,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "other")
    ]
    said = [each.communicate()[1] for each in running]
    assert all("no room" in each for each in said), said
    assert sum("unpacking Weaviate" in each for each in said) == 1
    assert cached(bare) == {_BINARY, f"{_BINARY}.lock"}


@only_where_packed
def test_a_damaged_seed_is_refused(bare: dict[str, str], tmp_path: Path) -> None:
    seed(bare, lzma.compress(_NO_ROOM.encode())[:-20])
    assert "is damaged" in refused(tmp_path / "kept", bare)
    assert cached(bare) == {f"{_BINARY}.lock"}


def test_a_go_that_is_new_enough_builds_it_once(bare: dict[str, str], tmp_path: Path) -> None:
    built = program(tmp_path / "built", _NO_ROOM)
    program(
        tmp_path / "programs" / "go",
        '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; exit; fi\n'
        f'echo "$@" >> {tmp_path}/asked\ncp {built} "$GOBIN/weaviate-server"\n',
    )
    left = tmp_path / "cache" / "remembrancer" / f"{_BINARY}-killed"
    left.mkdir(parents=True)
    assert "building Weaviate 1.38.11 with Go, once" in refused(tmp_path / "kept", bare)
    assert "building" not in refused(tmp_path / "kept", bare)
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert [words.split()[0] for words in asked] == ["install"]
    assert asked[0].endswith("github.com/weaviate/weaviate/cmd/weaviate-server@v1.38.11")
    assert cached(bare) == {_BINARY, f"{_BINARY}.lock"}


def test_a_build_that_fails_is_told(bare: dict[str, str], tmp_path: Path) -> None:
    go = '#!/bin/sh\nif [ "$1" = env ]; then echo go1.27; exit; fi\necho no such module; exit 1\n'
    program(tmp_path / "programs" / "go", go)
    assert "no such module" in refused(tmp_path / "kept", bare)
    assert cached(bare) == {f"{_BINARY}.lock"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The real server's binary."""
    started = Services(tmp_path_factory.mktemp("found"), weaviate=1).start()
    noted = json.loads((started.folder / "services.json").read_text(encoding="utf-8"))
    started.stop()
    return str(noted["weaviate"]["program"])


@pytest.mark.skipif(sys.platform != "linux", reason="containers share the network on Linux alone")
def test_without_go_its_image_is_run(bare: dict[str, str], tmp_path: Path, server: str) -> None:
    program(
        tmp_path / "programs" / "docker",
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        'if [ "$1" != run ]; then exit 0; fi\n'
        # What follows the image are the server's words.
        'while [ "${1%%:*}" != docker.io/semitechnologies/weaviate ]; do shift; done\n'
        f'shift\nexec {server} "$@"\n',
    )
    folder = str(tmp_path / "kept")
    code, _, said = call("start", folder, **bare)
    try:
        assert code == 0, said
    finally:
        call("stop", folder, **bare)
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert [words.split()[0] for words in asked] == ["info", "rm", "run", "rm"]
    for words in ("--rm", "--network host", "--env PERSISTENCE_DATA_PATH", "weaviate:1.38.11"):
        assert words in asked[2]
