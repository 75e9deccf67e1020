"""The files for containers agree with the repository. No container is started here."""

import re
import shlex
import subprocess
import sys
from typing import Any, Final

import pytest
import yaml

from tests.server.services import ROOT

_COMPOSE: Final = ROOT / "infra" / "compose.yaml"
_DOCKERFILE: Final = ROOT / "infra" / "Dockerfile"
_OURS: Final = ("migrate", "web", "worker", "beat")


def compose() -> Any:
    return yaml.safe_load(_COMPOSE.read_text(encoding="utf-8"))


def settings_documented() -> set[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def instructions(name: str) -> list[list[str]]:
    """Words of each instruction of that name in the Dockerfile."""
    text = _DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in text.splitlines() if line.startswith(f"{name} ")]


def test_every_service_is_there() -> None:
    assert set(compose()["services"]) == {*_OURS, "postgres", "valkey", "weaviate"}


@pytest.mark.parametrize("name", _OURS)
def test_it_sets_no_variable_that_the_server_does_not_read(name: str) -> None:
    service = compose()["services"][name]
    assert set(service["environment"]) <= settings_documented()
    assert {"DATABASE_URL", "REDIS_URL", "REMEMBRANCER_SECRET_KEY"} <= set(service["environment"])


def test_what_must_be_chosen_has_no_default() -> None:
    text = _COMPOSE.read_text(encoding="utf-8")
    for variable in (
        "POSTGRES_PASSWORD",
        "WEAVIATE_KEY",
        "REMEMBRANCER_SECRET_KEY",
        "REMEMBRANCER_ALLOWED_HOSTS",
    ):
        assert set(re.findall(rf"\$\{{{variable}(..)", text)) == {":?"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_runs_waits_for_the_services_and_the_migrations(name: str) -> None:
    conditions = {
        each: said["condition"] for each, said in compose()["services"][name]["depends_on"].items()
    }
    assert conditions == {
        "postgres": "service_healthy",
        "valkey": "service_healthy",
        "weaviate": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_what_is_waited_for_says_when_it_is_healthy() -> None:
    services = compose()["services"]
    assert all(
        "healthcheck" in services[name] for name in ("postgres", "valkey", "weaviate", "web")
    )


def test_weaviate_is_the_one_of_the_tests_and_lets_nobody_in_without_a_key() -> None:
    weaviate = compose()["services"]["weaviate"]
    version = "import service_kinds.weaviate_server as server; print(server.VERSION)"
    tested = subprocess.run(
        [sys.executable, "-c", version], cwd=ROOT / "infra", check=True, capture_output=True
    )
    assert weaviate["image"] == f"semitechnologies/weaviate:{tested.stdout.decode().strip()}"
    environment = weaviate["environment"]
    assert environment["AUTHENTICATION_APIKEY_ENABLED"] == "true"
    assert environment["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"] == "false"
    assert environment["AUTOSCHEMA_ENABLED"] == "false"
    assert environment["DISABLE_TELEMETRY"] == "true"


def test_the_server_has_the_key_of_weaviate_and_its_addresses() -> None:
    services = compose()["services"]
    key = services["weaviate"]["environment"]["AUTHENTICATION_APIKEY_ALLOWED_KEYS"]
    for name in _OURS:
        environment = services[name]["environment"]
        assert environment["REMEMBRANCER_WEAVIATE_KEY"] == key
        assert environment["REMEMBRANCER_WEAVIATE_URL"] == "http://weaviate:8080"
        assert environment["REMEMBRANCER_WEAVIATE_GRPC"] == "weaviate:50051"


def test_nothing_but_the_web_is_reached_from_outside_and_that_through_a_proxy() -> None:
    ports = {name: each["ports"] for name, each in compose()["services"].items() if "ports" in each}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_every_volume_used_is_declared() -> None:
    found = compose()
    used = {
        volume.partition(":")[0]
        for service in found["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(found["volumes"])


def test_the_commands_are_those_that_the_page_names() -> None:
    page = (ROOT / "docs" / "full-mode.md").read_text(encoding="utf-8")
    for name in ("worker", "beat"):
        assert " ".join(compose()["services"][name]["command"]) in page
    web = " ".join(eval_free(instructions("CMD")[0]))
    assert web.startswith("gunicorn controlplane.wsgi -c infra/gunicorn.conf.py")
    assert "gunicorn controlplane.wsgi -c infra/gunicorn.conf.py" in page


def eval_free(words: list[str]) -> list[str]:
    """The words of a command in its JSON form."""
    return [word.strip("[],") for word in words]


def test_everything_that_the_image_copies_is_there() -> None:
    copied = [words for words in instructions("COPY") if not words[0].startswith("--from")]
    sources = [source for words in copied for source in words[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {"platform", "memories", "workers", "billing", "manage.py"} <= set(sources)


def test_the_image_installs_what_is_locked_and_runs_as_nobody_in_particular() -> None:
    text = _DOCKERFILE.read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert instructions("USER") == [["memory"]]
    assert len(instructions("FROM")) == 2
