"""The main job as people run it: `python -m evaluation.demo`."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).resolve().parents[2]
Json: TypeAlias = "str | int | float | bool | list[Json] | Mapping[str, Json] | None"
_LAST_LINE = re.compile(
    r"demo: (?P<messages>\d+) messages, (?P<memories>\d+) memories, "
    r"(?P<entities>\d+) entities, (?P<questions>\d+) questions answered"
)


def demo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evaluation.demo", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def counts(ran: subprocess.CompletedProcess[str]) -> dict[str, int]:
    assert ran.returncode == 0, ran.stderr
    last = _LAST_LINE.fullmatch(ran.stdout.splitlines()[-1])
    assert last is not None, ran.stdout[-500:]
    return {name: int(count) for name, count in last.groupdict().items()}


def test_the_sample_is_remembered_and_asked_about_twice_with_the_same_counts() -> None:
    first, second = demo(), demo()
    found = counts(first)
    assert counts(second) == found
    assert found["messages"] >= 60
    assert found["memories"] > 0
    assert found["entities"] > 0
    assert found["questions"] == first.stdout.count("\nQ  ")
    for shown in (r"semantic \d\.\d\d  lexical \d\.\d\d", "said ", "about ", r'\n      "'):
        assert re.search(shown, first.stdout), shown
    assert "remembering" in first.stderr


def test_limit_asks_fewer_questions() -> None:
    assert counts(demo("--limit", "2"))["questions"] == 2


TURNS = (("user", "Ana", "I moved to Lisbon in May 2023."), ("user", "Ben", "I work at Siemens."))
MESSAGES: list[Json] = [
    {"role": role, "name": name, "content": words} for role, name, words in TURNS
]
FORMS: dict[str, Json] = {
    "messages": MESSAGES,
    "own": {
        "messages": MESSAGES,
        "questions": [{"question": "Where does Ana live?", "answer": "Lisbon"}],
    },
    "sessions": {"sessions": [{"id": "first", "messages": MESSAGES}]},
    "chatgpt": [
        {
            "title": "Moving",
            "create_time": 1709920000.0,
            "current_node": "b",
            "mapping": {
                "root": {"id": "root", "message": None, "parent": None, "children": ["a"]},
                "a": {
                    "id": "a",
                    "parent": "root",
                    "children": ["b"],
                    "message": {
                        "id": "a",
                        "author": {"role": "user"},
                        "create_time": 1709920000.0,
                        "content": {"content_type": "text", "parts": [TURNS[0][2]]},
                    },
                },
                "b": {
                    "id": "b",
                    "parent": "a",
                    "children": [],
                    "message": {
                        "id": "b",
                        "author": {"role": "assistant"},
                        "create_time": 1709920060.0,
                        "content": {"content_type": "text", "parts": ["I have noted it."]},
                    },
                },
            },
        }
    ],
    "claude": [
        {
            "uuid": "c1",
            "name": "Moving",
            "created_at": "2024-03-08T18:30:00Z",
            "chat_messages": [
                {
                    "uuid": "m1",
                    "sender": "human",
                    "text": TURNS[0][2],
                    "created_at": "2024-03-08T18:30:00Z",
                },
                {
                    "uuid": "m2",
                    "sender": "assistant",
                    "text": "I have noted it.",
                    "created_at": "2024-03-08T18:31:00Z",
                },
            ],
        }
    ],
    "locomo": [
        {
            "sample_id": "made-up",
            "conversation": {
                "speaker_a": "Ana",
                "speaker_b": "Ben",
                "session_1_date_time": "1:56 pm on 8 May, 2023",
                "session_1": [
                    {"speaker": name, "dia_id": f"D1:{place}", "text": words}
                    for place, (_, name, words) in enumerate(TURNS, start=1)
                ],
            },
            "qa": [
                {
                    "question": "Where does Ana live?",
                    "answer": "Lisbon",
                    "evidence": ["D1:1"],
                    "category": 4,
                }
            ],
        }
    ],
    "longmemeval": [
        {
            "question_id": "q1",
            "question_type": "single-session-user",
            "question": "Where does Ana live?",
            "answer": "Lisbon",
            "question_date": "2023/06/01 (Thu) 10:00",
            "haystack_dates": ["2023/05/08 (Mon) 13:56"],
            "haystack_session_ids": ["s1"],
            "answer_session_ids": ["s1"],
            "haystack_sessions": [[{"role": role, "content": words} for role, _, words in TURNS]],
        }
    ],
}
WITH_A_QUESTION = frozenset({"own", "locomo", "longmemeval"})


@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_of_json_is_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"{form}.json"
    path.write_text(json.dumps(FORMS[form]), encoding="utf-8")
    found = counts(demo("--data", path))
    assert found["messages"] == 2
    assert found["memories"] >= 1
    assert found["questions"] == (form in WITH_A_QUESTION)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("talk.jsonl", "".join(json.dumps(each) + "\n" for each in MESSAGES)),
        ("talk.txt", "".join(f"{name}: {words}\n" for _, name, words in TURNS)),
    ],
)
def test_lines_are_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = counts(demo("--data", tmp_path / name))
    assert (found["messages"], found["memories"]) == (2, 2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("nothing that anybody says", "line 1, column 1"),
        ('[{"role": "user", "content": "hi"},\n {"role": "robot", "content": "x"}]', "line 2"),
        ('[{"role": user}]', "line 1, column 11"),
    ],
)
def test_a_file_of_no_known_form_gets_one_sentence(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    ran = demo("--data", path)
    assert ran.returncode == 2
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"demo: {path}")
    assert place in line
    assert "expected" in line


def test_a_missing_file_gets_one_sentence(tmp_path: Path) -> None:
    ran = demo("--data", tmp_path / "nowhere.json")
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("demo: ")
    assert "nowhere.json" in line


def test_an_unknown_argument_is_refused() -> None:
    ran = demo("--date", "x")
    assert ran.returncode == 2
    assert "--date" in ran.stderr


def test_ctrl_c_stops_it_cleanly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "evaluation.demo"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        assert "remembering" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors.splitlines()[-1] == "demo: stopped; nothing of it was kept"
    assert "Traceback" not in errors
