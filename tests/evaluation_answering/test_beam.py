"""BEAM's folders as they are read; the chats are made for these tests."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evaluation.answering.beam import ABILITIES, read_beam
from evaluation.faults import EvaluationError

BATCHES: list[dict[str, Any]] = [
    {
        "batch_number": 1,
        "time_anchor": None,
        "turns": [
            [
                {
                    "role": "user",
                    "id": 0,
                    "time_anchor": "March-15-2024",
                    "index": "1,1",
                    "question_type": "main_question",
                    "content": "My first sprint ends on March 29. ->-> 1,1",
                },
                {"role": "assistant", "id": 1, "content": "Noted."},
            ],
            [{"role": "user", "id": 2, "content": "x -> y is a map ->-> 1,N/A"}],
        ],
    },
    {
        "batch_number": 2,
        "time_anchor": None,
        "turns": [
            [
                {
                    "role": "user",
                    "id": 3,
                    "time_anchor": "April-05-2024",
                    "content": "Done. ->-> 2",
                },
                {"role": "assistant", "id": 4, "content": ""},
            ]
        ],
    },
]
QUESTIONS: dict[str, Any] = {
    "abstention": [
        {"question": "Who is Ida?", "ideal_response": "Nothing is told.", "rubric": ["says so"]}
    ],
    "information_extraction": [
        {
            "question": "When does my first sprint end?",
            "answer": "March 29",
            "source_chat_ids": [0],
            "rubric": ["March 29", "of this year"],
        }
    ],
    "knowledge_update": [
        {
            "question": "How far am I?",
            "answer": "done",
            "source_chat_ids": {"original_info": [0], "updated_info": [3, 0]},
            "rubric": ["done"],
        }
    ],
    "instruction_following": [
        {"question": "Show me.", "expected_compliance": "in a table", "rubric": ["a table"]}
    ],
}


def chat(folder: Path, batches: object = BATCHES, questions: object = QUESTIONS) -> Path:
    (folder / "probing_questions").mkdir(parents=True)
    (folder / "chat.json").write_text(json.dumps(batches), encoding="utf-8")
    asked = folder / "probing_questions" / "probing_questions.json"
    asked.write_text(json.dumps(questions), encoding="utf-8")
    return folder


def test_a_chat_is_a_conversation_of_dated_batches(tmp_path: Path) -> None:
    (case,) = read_beam(chat(tmp_path / "7")).cases
    said = [
        (session.id, turn.client_id, turn.role.value, turn.text, turn.said_at)
        for session in case.conversation.sessions
        for turn in session.turns
    ]
    assert case.conversation.id == "7"
    assert said == [
        (
            "batch-1",
            "0",
            "user",
            "My first sprint ends on March 29.",
            datetime(2024, 3, 15, tzinfo=UTC),
        ),
        ("batch-1", "1", "assistant", "Noted.", datetime(2024, 3, 15, 0, 0, 1, tzinfo=UTC)),
        ("batch-1", "2", "user", "x -> y is a map", datetime(2024, 3, 15, 0, 0, 2, tzinfo=UTC)),
        ("batch-2", "3", "user", "Done.", datetime(2024, 4, 5, tzinfo=UTC)),
    ]


def test_questions_have_rubrics_answers_and_evidence(tmp_path: Path) -> None:
    (case,) = read_beam(chat(tmp_path / "7")).cases
    found = {each.id: each for each in case.questions}
    assert found.keys() == {f"7/{ability}/0" for ability in QUESTIONS}
    extraction = found["7/information_extraction/0"]
    assert (extraction.answer, extraction.evidence) == ("March 29", ("0",))
    assert extraction.rubric == ("March 29", "of this year")
    assert extraction.label == "information extraction"
    assert extraction.at == datetime(2024, 4, 5, tzinfo=UTC)
    assert found["7/knowledge_update/0"].evidence == ("0", "3")
    assert found["7/instruction_following/0"].answer == "in a table"
    assert not found["7/abstention/0"].answerable
    assert all(each.answerable for key, each in found.items() if "abstention" not in key)


def test_there_are_ten_abilities() -> None:
    assert len(set(ABILITIES)) == 10


def test_a_folder_of_chats_is_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10", "2", "1"):
        chat(tmp_path / name)
    dataset = read_beam(tmp_path, limit=2)
    assert [case.conversation.id for case in dataset.cases] == ["1", "2", "10"]
    assert [len(case.questions) for case in dataset.cases] == [2, 2, 2]
    assert dataset.sha256 != read_beam(tmp_path / "1").sha256


def test_the_truncated_chat_is_preferred(tmp_path: Path) -> None:
    folder = chat(tmp_path / "1")
    (folder / "chat_trunecated.json").write_text(json.dumps(BATCHES[:1]), encoding="utf-8")
    (case,) = read_beam(folder).cases
    assert [session.id for session in case.conversation.sessions] == ["batch-1"]


def test_the_longest_chats_have_plans_above_their_batches(tmp_path: Path) -> None:
    plans = [{"plan-1": BATCHES[:1]}, {"plan-2": BATCHES[1:]}]
    (case,) = read_beam(chat(tmp_path / "1", plans)).cases
    assert [session.id for session in case.conversation.sessions] == ["batch-1", "batch-2"]


@pytest.mark.parametrize(
    ("batches", "questions", "words"),
    [
        ([{"turns": 3}], QUESTIONS, "expected a list of turns"),
        ([{"plan-1": [{"turns": [[{"role": "user"}]]}]}], QUESTIONS, "content"),
        (BATCHES, {"guessing": []}, "unknown ability guessing"),
        (BATCHES, {"abstention": [{"question": "Who?", "rubric": []}]}, "abstention/0: no rubric"),
    ],
)
def test_another_form_is_refused(
    batches: object, questions: object, words: str, tmp_path: Path
) -> None:
    with pytest.raises(EvaluationError, match=words):
        read_beam(chat(tmp_path / "1", batches, questions))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"expected a folder with chat\.json"):
        read_beam(tmp_path)
    chat(tmp_path / "1")
    (tmp_path / "1" / "chat.json").unlink()
    with pytest.raises(EvaluationError, match=r"there is no chat\.json in it"):
        read_beam(tmp_path)
