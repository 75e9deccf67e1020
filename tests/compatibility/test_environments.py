"""The clients are those that were released: pinned by hash, wherever they are installed from."""

import json
import re
from pathlib import Path

import pytest

from tests.compatibility.environments import CLIENTS, EnvironmentMissing, node_version

PYTHON = sorted(CLIENTS.glob("*.txt"))
NODE = sorted(CLIENTS.glob("*/package-lock.json"))


@pytest.mark.parametrize("pins", PYTHON, ids=lambda path: path.stem)
def test_every_package_for_python_has_a_version_and_a_hash(pins: Path) -> None:
    text = pins.read_text(encoding="utf-8")
    packages = [block for block in re.split(r"\n(?=\S)", text) if not block.startswith("#")]
    assert len(packages) > 10
    assert [each for each in packages if "==" not in each or "--hash=sha256:" not in each] == []
    assert "://" not in text


@pytest.mark.parametrize("lock", NODE, ids=lambda path: path.parent.name)
def test_every_package_for_node_has_a_hash_and_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    del packages[""]
    assert len(packages) > 10
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


@pytest.mark.parametrize("lock", NODE, ids=lambda path: path.parent.name)
def test_a_client_for_node_is_asked_for_by_its_exact_version(lock: Path) -> None:
    wanted = json.loads(lock.with_name("package.json").read_text(encoding="utf-8"))
    ((name, version),) = wanted["dependencies"].items()
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert packages[f"node_modules/{name}"]["version"] == version


def test_a_missing_node_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentMissing, match=r"install Node\.js"):
        node_version()
