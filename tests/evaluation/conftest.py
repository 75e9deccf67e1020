"""Small data sets in the forms that are measured."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

TYPES = (
    "knowledge-update",
    "multi-session",
    "single-session-assistant",
    "single-session-preference",
    "single-session-user",
    "temporal-reasoning",
)
Write = Callable[[str, object], Path]

_SAID = {
    "D1:1": ("Ana", "I moved to Lisbon in May 2023 with my dog Rex."),
    "D1:2": ("Ben", "Congratulations! I still work at Siemens in Munich."),
    "D1:3": ("Ana", "I found a job at a bakery near the river."),
    "D2:1": ("Ben", "My sister Carla adopted a grey cat called Admiral."),
    "D2:2": ("Ana", "Rex is afraid of cats, he hides under the sofa."),
    "D2:3": ("Ben", "On Sunday I ran the half marathon in Hamburg."),
}
_ASKED: tuple[tuple[str, str | None, list[str], int], ...] = (
    ("Where did Ana move in May 2023?", "Lisbon", ["D1:1"], 2),
    ("Where does Ben work?", "Siemens", ["D1:2"], 4),
    ("Which animals do Ana and Ben's sister have?", "a dog and a cat", ["D1:1", "D2:1"], 1),
    ("What is Rex afraid of?", "cats", ["D2:2"], 4),
    ("What is the population of Lisbon?", "unknown", [], 3),
    ("Which marathon did Ana run?", None, ["D2:3"], 5),
)


def locomo_sample(sample_id: str) -> dict[str, object]:
    """A conversation of two sessions and six questions: one without evidence, one adversarial."""
    turns = [
        {"dia_id": dia_id, "speaker": speaker, "text": text}
        for dia_id, (speaker, text) in _SAID.items()
    ]
    questions: list[dict[str, object]] = []
    for text, answer, evidence, category in _ASKED:
        asked: dict[str, object] = {"question": text, "evidence": evidence, "category": category}
        questions.append(asked if answer is None else {**asked, "answer": answer})
    return {
        "sample_id": sample_id,
        "conversation": {
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": turns[:3],
            "session_2_date_time": "7:10 pm on 2 June, 2023",
            "session_2": turns[3:],
        },
        "qa": questions,
    }


def haystack(question_id: str, kind: str) -> dict[str, object]:
    """A question about two sessions: one holds the answer, marked; another evidence is unmarked."""
    return {
        "question_id": question_id,
        "question_type": kind,
        "question": "Where does my sister work?",
        "answer": "at Siemens",
        "question_date": "2023/06/01 (Thu) 10:00",
        "haystack_dates": ["2023/05/08 (Mon) 13:56"] * 3,
        "haystack_session_ids": ["answer_1", "chat_7", "answer_2"],
        "answer_session_ids": ["answer_1", "answer_2"],
        "haystack_sessions": [
            [
                {"role": "user", "content": "My sister works at Siemens.", "has_answer": True},
                {"role": "assistant", "content": "How nice!"},
            ],
            [{"role": "user", "content": "Rockets fly to the moon."}],
            [{"role": "user", "content": "I called my sister at work."}],
        ],
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a value as a JSON file of a name."""

    def written(name: str, value: object) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(value), encoding="utf-8")
        return path

    return written
