"""The official command lines: agents that sign themselves up, people who claim them or log in."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.compatibility.commands import CommandLine
from tests.compatibility.server import LiveServer


@pytest.fixture
def line(command_line_program: Path, server: LiveServer, tmp_path: Path) -> CommandLine:
    """The command line of somebody who has no key yet."""
    return CommandLine(command_line_program, tmp_path, server, {})


@pytest.fixture
def email() -> str:
    return f"{uuid4().hex}@example.org"


def test_an_agent_signs_itself_up(line: CommandLine) -> None:
    said = line.said("init", "--agent", "--agent-caller", "pytest", "--source", "tests")
    kept = line.kept()
    platform, user = kept["platform"], kept["defaults"]["user_id"]
    assert "Agent Mode active" in said
    assert "Unclaimed" in said
    assert (platform["agent_mode"], platform["agent_caller"]) == (True, "pytest")
    assert platform["api_key"].startswith("rmb_")
    assert user == platform["default_user_id"]
    assert user in said
    assert user in line.said("whoami")
    assert "Identified as claude-code" in line.said("identify", "claude-code")
    assert line.kept()["platform"]["agent_caller"] == "claude-code"


def test_an_agent_that_has_a_key_goes_on_with_it(line: CommandLine) -> None:
    line.said("init", "--agent")
    key = line.kept()["platform"]["api_key"]
    assert "reusing" in line.said("init", "--agent", "--agent-caller", "pytest")
    told = line.run("init", "--agent", "--agent-caller", "pytest", MEM0_API_KEY=key)
    assert told.code == 0
    assert line.kept()["platform"]["api_key"] == key


def test_an_agent_is_known_by_its_surroundings(line: CommandLine) -> None:
    ran = line.run("--json", "init", CLAUDECODE="1")
    assert ran.code == 0, ran.all
    kept = line.kept()
    assert kept["platform"]["agent_mode"] is True
    assert kept["defaults"]["user_id"]
    # The command line tells of a sign-up in words, whether or not JSON is asked for.
    assert "Unclaimed" in ran.all


def test_a_person_claims_an_agent_with_a_code(
    line: CommandLine, server: LiveServer, email: str
) -> None:
    line.said("init", "--agent")
    key, user = line.key, line.kept()["defaults"]["user_id"]
    server.add(key, "I own a boat.", user_id=user)
    asked = line.run("init", "--email", email)
    assert asked.code == 1
    assert "--code" in asked.all
    code = server.code_for(email)
    wrong = line.run("init", "--email", email, "--code", "1234567")
    assert wrong.code == 1
    assert "code is wrong" in wrong.all
    assert "claimed" in line.said("init", "--email", email, "--code", code)
    platform = line.kept()["platform"]
    assert (platform["agent_mode"], platform["user_email"]) == (False, email)
    assert platform["claimed_at"]
    assert platform["api_key"] == key
    assert line.texts(user_id=user) == ["I own a boat."]


def test_an_agent_that_was_claimed_is_not_claimed_again(
    line: CommandLine, server: LiveServer, email: str
) -> None:
    line.said("init", "--agent")
    unclaimed = (line.home / ".mem0" / "config.json").read_text(encoding="utf-8")
    line.run("init", "--email", email)
    line.said("init", "--email", email, "--code", server.code_for(email))
    # As another machine, which holds the same key and was not told of the claim.
    (line.home / ".mem0" / "config.json").write_text(unclaimed, encoding="utf-8")
    other = f"other-{email}"
    line.run("init", "--email", other)
    again = line.run("init", "--email", other, "--code", server.code_for(other))
    assert again.code == 1
    assert "nothing to claim" in again.all


def test_a_person_logs_in_with_a_code(line: CommandLine, server: LiveServer, email: str) -> None:
    asked = line.run("init", "--email", email)
    assert asked.code == 1
    line.said("init", "--email", email, "--code", server.code_for(email), "--user-id", "ana")
    kept = line.kept()
    assert kept["platform"]["user_email"] == email
    assert kept["defaults"]["user_id"] == "ana"
    line.told("add", "I own a boat.", "--no-infer")
    assert line.texts(user_id="ana") == ["I own a boat."]


def test_a_key_that_one_has_is_kept(line: CommandLine, server: LiveServer) -> None:
    line.said("init", "--api-key", server.operator_key, "--user-id", "ana")
    assert line.kept()["platform"]["api_key"] == server.operator_key
    assert server.operator_key not in line.said("config", "show")
    line.said("config", "set", "user_id", "bob")
    assert "bob" in line.said("config", "get", "user_id")
