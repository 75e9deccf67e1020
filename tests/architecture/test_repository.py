"""What must not get into the repository, and what in it must agree."""

import hashlib
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from memories.engine.adapters import model_files
from tests.architecture.sources import ROOT, named, tracked

TOKENIZER = ROOT / "memories" / "engine" / "adapters" / "bundled_model" / "tokenizer.json"
_MOST_BYTES = 1_000_000
_MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:work|root|home|tmp)/")
_SECRET = re.compile(
    r"rmb_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----"
    r"|gh[pousr]_[A-Za-z0-9]{36}|sk-(?:ant-)?[A-Za-z0-9_-]{32,}"
)
_LOCKED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE
)


def texts() -> dict[str, str]:
    """Every text file that people write, by its path."""
    found: dict[str, str] = {}
    for path in tracked():
        if path != TOKENIZER:
            found[named(path)] = path.read_text(encoding="utf-8")
    return found


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = {
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        for name, text in texts().items()
        for match in _MACHINE_PATH.finditer(text)
    }
    assert found == set()


def test_no_file_holds_a_secret() -> None:
    assert {name for name, text in texts().items() if _SECRET.search(text)} == set()


def test_no_file_is_large() -> None:
    large = [named(path) for path in tracked() if path.stat().st_size > _MOST_BYTES]
    assert large == []


def test_every_text_ends_in_one_line_break_and_no_line_in_white_space() -> None:
    untidy = {
        name
        for name, text in texts().items()
        if text and (not text.endswith("\n") or text.endswith("\n\n") or "\r" in text)
    }
    assert untidy == set()


def test_the_tokenizer_is_the_one_that_notice_and_code_name() -> None:
    digest = hashlib.sha256(TOKENIZER.read_bytes()).hexdigest()
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert digest in notice
    assert model_files._BUNDLED_SHA256["tokenizer.json"] == digest
    assert model_files._BUNDLED_SHA256["model.onnx"] in notice


def test_every_file_that_is_bundled_from_elsewhere_is_in_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert [named(path) for path in TOKENIZER.parent.iterdir() if path.name not in notice] == []


def test_every_requirement_is_locked_with_a_hash() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    locked = [block for block in blocks if _LOCKED.match(block)]
    assert locked
    assert [block.split()[0] for block in locked if "--hash=sha256:" not in block] == []
    assert [block for block in blocks if not _LOCKED.match(block) and block[:1] != "#"] == []


def test_the_lock_is_in_step_with_the_project() -> None:
    versions = locked_versions(ROOT / "requirements.txt")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        Requirement(each) for group in project["optional-dependencies"].values() for each in group
    ]
    off = {
        str(each): versions.get(canonical(each.name))
        for each in wanted
        if not any(each.specifier.contains(v) for v in versions.get(canonical(each.name), ()))
    }
    assert off == {}


def test_the_image_holds_what_is_locked_and_no_tools_of_development() -> None:
    versions = locked_versions(ROOT / "requirements.txt")
    image = locked_versions(ROOT / "infra" / "requirements.txt")
    assert {name: found for name, found in image.items() if versions.get(name) != found} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["optional-dependencies"]
    names = {
        group: {canonical(Requirement(each).name) for each in wanted}
        for group, wanted in groups.items()
    }
    assert names["server"] | names["tracing"] | names["local"] <= image.keys()
    tools = {"pytest", "mypy", "ruff", "codespell", "import-linter", "schemathesis", "hypothesis"}
    assert tools <= names["dev"]
    assert not tools & image.keys()
    text = (ROOT / "infra" / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY infra/requirements.txt" in text


def locked_versions(path: Path) -> dict[str, list[str]]:
    """Versions by canonical name; several where platforms differ."""
    found: dict[str, list[str]] = {}
    for match in _LOCKED.finditer(path.read_text(encoding="utf-8")):
        found.setdefault(canonical(match["name"]), []).append(match["version"])
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_supported_pythons_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named_versions = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
    assert named_versions == ["3.11", "3.12", "3.13"]
    allowed = SpecifierSet(project["requires-python"])
    assert all(allowed.contains(f"{version}.0") for version in named_versions)
    assert not allowed.contains("3.10.0")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Python 3.11, 3.12 and 3.13" in readme
