"""The official command lines for Python and Node.js, in front of people and of agents: memories."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compatibility.commands import CommandLine, at_once
from tests.compatibility.server import LiveServer, eventually

UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def line(command_line_program: Path, server: LiveServer, tmp_path: Path) -> CommandLine:
    """The command line of a person who speaks about Ana."""
    variables = {"MEM0_API_KEY": server.log_in().api_key, "MEM0_USER_ID": "ana"}
    return CommandLine(command_line_program, tmp_path, server, variables)


@pytest.fixture
def keep(line: CommandLine) -> Callable[[str], str]:
    """Store a text of Ana's as it is; its id."""
    return lambda text: line.server.add(line.key, text, user_id="ana")


def test_the_server_is_reached(line: CommandLine) -> None:
    said, told = at_once(line.run, "status", "--json status")
    assert (said.code, told.code) == (0, 0)
    assert "Connected" in said.all
    assert line.server.base in said.all
    assert json.loads(told.out)["data"]["connected"] is True


def test_what_is_added_is_learned_and_its_event_says_so(line: CommandLine) -> None:
    said, told = at_once(
        line.run,
        ("add", "I live in Porto."),
        ("--json", "add", "I own a boat.", "--expires", "2099-12-31"),
    )
    assert said.code == 0, said.all
    assert "Memory queued" in said.all
    (event,) = json.loads(told.out)["data"]
    assert event["status"] == "PENDING"
    learned = ["User lives in Porto.", "User owns a boat."]
    eventually(lambda: line.texts(user_id="ana"), until=lambda found: found == learned)
    shown, one, listed, table = at_once(
        line.run,
        f"event status {event['event_id']}",
        f"--json event status {event['event_id']}",
        "--json event list",
        "event list",
    )
    assert "SUCCEEDED" in shown.all
    assert "User owns a boat." in shown.all
    (result,) = json.loads(one.out)["data"]["results"]
    assert (result["event"], result["user_id"]) == ("ADD", "ana")
    assert result["memory"] == "User owns a boat."
    rows = json.loads(listed.out)["data"]
    assert {row["event_type"] for row in rows} == {"ADD"}
    assert all(isinstance(row["latency"], float) for row in rows)
    assert "2 events" in table.all


def test_a_text_stored_word_for_word_is_shown_at_once(line: CommandLine) -> None:
    said, told = at_once(
        line.run,
        ("add", "Remember the milk", "--no-infer"),
        ("--json", "add", "Pay the rent", "--no-infer", "--metadata", '{"k": 1}', "--immutable"),
    )
    assert "Remember the milk" in said.all
    (stored,) = json.loads(told.out)["data"]
    assert (stored["memory"], stored["event"]) == ("Pay the rent", "ADD")
    assert line.texts(user_id="ana") == ["Pay the rent", "Remember the milk"]


def test_messages_files_and_pipes_are_added(line: CommandLine) -> None:
    messages = json.dumps([{"role": "user", "content": "I own a boat."}])
    file, memories = line.home / "messages.json", line.home / "memories.json"
    file.write_text(messages.replace("boat", "house"), encoding="utf-8")
    memories.write_text(
        json.dumps([{"memory": "I own a car.", "user_id": "ana"}]), encoding="utf-8"
    )
    ran = at_once(
        lambda *words: line.run(*words, stdin="I own a horse.\n"),
        ("add", "--messages", messages),
        ("add", "--file", str(file)),
        ("import", str(memories)),
        ("add",),
    )
    assert [each.code for each in ran] == [0, 0, 0, 0], [each.all for each in ran]
    wanted = [f"User owns a {thing}." for thing in ("boat", "car", "horse", "house")]
    eventually(lambda: line.texts(user_id="ana"), until=lambda found: found == wanted)


def test_memories_are_searched_and_listed(line: CommandLine, keep: Callable[[str], str]) -> None:
    ids = [keep("I adopted a cat called Minou."), keep("My bicycle is green.")]
    hits, page, text, table, category, since = at_once(
        line.run,
        ("--json", "search", "What is the cat called?", "--top-k", "1"),
        "--json list --page-size 1",
        "search bicycle -o text --keyword --latest-only",
        "list",
        "--json list --category boats",
        "--json list --after 2024-01-01 --before 2099-01-01 --user-id ana",
    )
    (hit,) = json.loads(hits.out)["data"]
    assert (hit["id"], hit["memory"]) == (ids[0], "I adopted a cat called Minou.")
    assert hit["score"] > 0
    assert len(json.loads(page.out)["data"]) == 1
    assert "My bicycle is green." in text.all
    assert "2 results" in table.all
    assert ids[1] in table.all
    assert json.loads(category.out)["data"] == []
    assert len(json.loads(since.out)["data"]) == 2


def test_the_commands_own_threshold_hides_no_answer(line: CommandLine) -> None:
    """It asks for 0.3 by itself, and a first memory shares no word with the question."""
    told = {
        "I moved to Lisbon last month.": ("ana", "Where does Ana live?"),
        "My name is Alice and I love hiking.": ("alice", "What are my hobbies?"),
        "I am allergic to peanuts.": ("ben", "dietary restrictions"),
    }
    for text, (user, _) in told.items():
        added = line.run("--json", "add", text, "--user-id", user)
        assert added.code == 0, added.all
    eventually(
        lambda: [len(line.texts(user_id=user)) for user, _ in told.values()],
        until=lambda found: found == [1, 1, 1],
    )
    asked = [("--json", "search", query, "--user-id", user) for user, query in told.values()]
    for answer in at_once(line.run, *asked):
        (hit,) = json.loads(answer.out)["data"]
        assert hit["score"] >= 0.3


def test_memories_are_shown_changed_and_deleted(
    line: CommandLine, keep: Callable[[str], str]
) -> None:
    ids = [keep(f"Thing {number}") for number in range(5)]
    shown, told, dry, changed, silent, deleted = at_once(
        line.run,
        f"get {ids[0]}",
        f"--json get {ids[0]}",
        f"delete {ids[1]} --dry-run",
        ("--json", "update", ids[2], "Changed", "--expires", "2099-12-31"),
        ("update", ids[3], "Altered", "--metadata", '{"k": 1}'),
        f"delete {ids[4]} --force",
    )
    assert "Thing 0" in shown.all
    assert json.loads(told.out)["data"]["memory"] == "Thing 0"
    assert "Thing 1" in dry.all
    after = json.loads(changed.out)["data"]
    assert (after["id"], after["memory"], after["expiration_date"]) == (
        ids[2],
        "Changed",
        "2099-12-31",
    )
    assert "updated" in silent.all
    assert "deleted" in deleted.all
    assert line.texts(user_id="ana") == ["Altered", "Changed", "Thing 0", "Thing 1"]


def test_everything_of_somebody_is_deleted(line: CommandLine, keep: Callable[[str], str]) -> None:
    texts = ["One", "Two"]
    for text in texts:
        keep(text)
    unforced, dry = at_once(line.run, "--json delete --all", "delete --all --dry-run")
    assert unforced.code == 1
    assert "--force" in unforced.all
    assert (dry.code, "2" in dry.all) == (0, True)
    assert line.texts(user_id="ana") == texts
    line.told("delete", "--all", "--force")
    eventually(lambda: line.texts(user_id="ana"), until=lambda found: found == [])


def test_a_whole_project_is_deleted(line: CommandLine, keep: Callable[[str], str]) -> None:
    keep("One")
    line.server.add(line.key, "Two", agent_id="bot")
    ran = line.run("delete", "--all", "--project", "--force")
    assert ran.code == 0, ran.all
    eventually(lambda: line.texts(agent_id="bot"), until=lambda found: found == [])
    assert line.texts(user_id="ana") == []


def test_entities_are_listed_and_deleted(line: CommandLine, keep: Callable[[str], str]) -> None:
    keep("One")
    line.server.add(line.key, "Two", user_id="a/b", agent_id="bot")
    users, agents, table = at_once(
        line.run, "--json entity list users", "--json entity list agents", "entity list users"
    )
    rows = json.loads(users.out)["data"]
    assert {(row["type"], row["name"], row["count"]) for row in rows} == {
        ("user", "ana", 1),
        ("user", "a/b", 1),
    }
    assert [row["name"] for row in json.loads(agents.out)["data"]] == ["bot"]
    assert "a/b" in table.all
    ran = at_once(
        line.run,
        "--json entity delete --user-id a/b --force",
        "delete --entity --user-id ana --force",
    )
    assert [each.code for each in ran] == [0, 0], [each.all for each in ran]
    eventually(lambda: line.texts(agent_id="bot"), until=lambda found: found == [])
    eventually(lambda: line.texts(user_id="ana"), until=lambda found: found == [])


def test_what_is_refused_ends_in_exit_code_1_and_words(line: CommandLine) -> None:
    missing, wrong = at_once(line.refused, f"get {UNKNOWN}", "get nope")
    assert "not found" in missing
    assert "UUID" in wrong
    no_event = line.run("event", "status", UNKNOWN)
    assert no_event.code == 1
    assert "not found" in no_event.all
    bad_key = line.run("list", MEM0_API_KEY="wrong")
    assert bad_key.code == 1
    assert "Invalid or expired API key" in bad_key.all


def test_a_list_for_nobody_says_which_option_to_use(line: CommandLine) -> None:
    ran = line.run("--json", "list", MEM0_USER_ID="")
    assert ran.code == 1
    assert "--user-id" in ran.all


def test_the_public_game_is_not_played_here(line: CommandLine) -> None:
    ran = line.run("agent-rush", "add", "x" * 60)
    assert ran.code == 1
    assert "agentrush" in ran.all.lower()
