"""Settings are read from the environment, all of them documented, and refused by name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cross_encoders import word_counting

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "REMEMBRANCER_SECRET_KEY": "s" * 50,
    "REMEMBRANCER_ALLOWED_HOSTS": "memory.example.org",
    "DATABASE_URL": "postgres://user:password@127.0.0.1:5432/memory",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:2525",
}


def check(**changes: str | None) -> tuple[int, str]:
    """Exit code and words of `manage.py check` under production settings."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "controlplane.settings.production"}
    environment |= GOOD | {name: value for name, value in changes.items() if value is not None}
    for name in (name for name, value in changes.items() if value is None):
        del environment[name]
    ran = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_good_settings_pass() -> None:
    code, said = check()
    assert code == 0, said


@pytest.mark.parametrize(
    ("variable", "value", "id_"),
    [
        ("REMEMBRANCER_SECRET_KEY", None, "E002"),
        ("REMEMBRANCER_SECRET_KEY", "short", "E002"),
        ("DATABASE_URL", None, "E003"),
        ("DATABASE_URL", "mysql://127.0.0.1/x", "E001"),
        ("REMEMBRANCER_ALLOWED_HOSTS", None, "E004"),
        ("REMEMBRANCER_TRUSTED_PROXIES", "many", "E001"),
        ("REMEMBRANCER_JOB_THREADS", "0", "E001"),
        ("REMEMBRANCER_AGENT_MODE", "perhaps", "E001"),
        ("REDIS_URL", "http://127.0.0.1", "E001"),
        ("REDIS_URL", None, "E005"),
        ("REMEMBRANCER_WEB_PROCESSES", "0", "E001"),
        ("REMEMBRANCER_WEAVIATE_URL", "weaviate:8080", "E001"),
        ("REMEMBRANCER_SEARCH_DEADLINE_MS", "1", "E001"),
        ("REMEMBRANCER_RERANKER_FOLDER", "/nowhere/at/all", "E001"),
        ("REMEMBRANCER_RERANK_DEADLINE_MS", "1", "E001"),
        ("REMEMBRANCER_EXTRACTION_MODEL", "claude", "E001"),
        ("REMEMBRANCER_EXTRACTION_URL", "ftp://host", "E001"),
        ("REMEMBRANCER_EXTRACTION_PRICES", "1,2", "E001"),
        ("REMEMBRANCER_EXTRACTION_PRICES", "1,2,3,-4", "E001"),
        ("REMEMBRANCER_EXTRACTION_PRICES", "1,2,3,nan", "E001"),
        ("REMEMBRANCER_READING_MODEL", "claude", "E001"),
        ("REMEMBRANCER_READING_PRICES", "1,2,3,x", "E001"),
        ("REMEMBRANCER_TRANSCRIPTION_URL", "ftp://host", "E001"),
        ("REMEMBRANCER_TRANSCRIPTION_PRICE", "-1", "E001"),
        ("REMEMBRANCER_TRANSCRIPTION_PRICE", "cheap", "E001"),
        ("REMEMBRANCER_FILES_FROM_LOOPBACK", "perhaps", "E001"),
        ("EMAIL_URL", "nothing", "E001"),
        ("EMAIL_URL", None, "W001"),
        ("REMEMBRANCER_SECRET_KEY_FILE", "/nowhere/at/all", "E001"),
    ],
)
def test_a_wrong_or_missing_value_is_a_failed_check_that_says_what_to_do(
    variable: str, value: str | None, id_: str
) -> None:
    code, said = check(**{variable: value})
    assert code != 0
    assert f"remembrancer.{id_}" in said
    assert variable in said
    assert "HINT" in said
    assert value is None or len(value) < 6 or variable.endswith("_FILE") or value not in said


TWO_NODES = {
    "REMEMBRANCER_WEAVIATE_URL": "http://10.0.0.1:8080,http://10.0.0.2:8080",
    "REMEMBRANCER_WEAVIATE_GRPC": "10.0.0.1:50051,10.0.0.2:50051",
}


def test_several_nodes_of_the_index_server_may_be_named() -> None:
    code, said = check(**TWO_NODES)
    assert code == 0, said


@pytest.mark.parametrize(
    ("grpc", "why"),
    [
        ("10.0.0.1:50051", "as many as"),
        ("10.0.0.1:50051,10.0.0.2", "host:port"),
        ("10.0.0.1:50051,10.0.0.2:8080", "another port"),
    ],
)
def test_nodes_that_do_not_fit_together_are_refused(grpc: str, why: str) -> None:
    code, said = check(**{**TWO_NODES, "REMEMBRANCER_WEAVIATE_GRPC": grpc})
    assert code != 0
    assert "REMEMBRANCER_WEAVIATE_GRPC" in said
    assert why in said


@pytest.mark.parametrize(
    ("given", "variable", "id_"),
    [
        ({"EXTRACTION_MODEL": "anthropic:claude"}, "REMEMBRANCER_EXTRACTION_KEY", "E001"),
        ({"EXTRACTION_MODEL": "chat:llama"}, "REMEMBRANCER_EXTRACTION_PRICES", "W003"),
        ({"READING_MODEL": "anthropic:claude"}, "REMEMBRANCER_READING_KEY", "E001"),
        ({"READING_MODEL": "chat:llama"}, "REMEMBRANCER_READING_PRICES", "W003"),
        ({"TRANSCRIPTION_MODEL": "whisper"}, "REMEMBRANCER_TRANSCRIPTION_PRICE", "W003"),
    ],
)
def test_a_model_needs_a_key_and_prices(given: dict[str, str], variable: str, id_: str) -> None:
    code, said = check(**{f"REMEMBRANCER_{name}": each for name, each in given.items()})
    assert code != 0
    assert variable in said
    assert f"remembrancer.{id_}" in said


def test_a_language_model_that_costs_nothing_has_prices_too() -> None:
    code, said = check(
        REMEMBRANCER_EXTRACTION_MODEL="chat:llama",
        REMEMBRANCER_EXTRACTION_URL="http://127.0.0.1:11434/v1",
        REMEMBRANCER_EXTRACTION_PRICES="0,0,0,0",
    )
    assert code == 0, said


def test_a_folder_without_a_cross_encoder_is_no_reranker(tmp_path: Path) -> None:
    code, said = check(REMEMBRANCER_RERANKER_FOLDER=str(tmp_path))
    assert code != 0
    assert "remembrancer.E006" in said
    assert "REMEMBRANCER_RERANKER_FOLDER" in said
    assert "holds no model.onnx" in said
    code, said = check(REMEMBRANCER_RERANKER_FOLDER=str(word_counting(tmp_path, ["boat"])))
    assert code == 0, said


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("f" * 40 + "\n", encoding="utf-8")
    code, said = check(REMEMBRANCER_SECRET_KEY=None, REMEMBRANCER_SECRET_KEY_FILE=str(secret))
    assert code == 0, said


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    read = set()
    ours = re.compile(r'"(REMEMBRANCER_\w+|\w+_URL|OTEL_EXPORTER_OTLP_ENDPOINT)"')
    for path in (ROOT / "platform").rglob("*.py"):
        read |= set(ours.findall(path.read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert read == documented


def test_every_check_is_documented() -> None:
    checks = (ROOT / "platform" / "controlplane" / "checks.py").read_text("utf-8")
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert set(re.findall(r"remembrancer\.[EW]\d+", checks)) == set(
        re.findall(r"remembrancer\.[EW]\d+", page)
    )
