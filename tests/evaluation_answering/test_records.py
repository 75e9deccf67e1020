"""What a run keeps, whatever happens to its process."""

from pathlib import Path

import pytest

from evaluation.answering.asking import Outcome
from evaluation.answering.records import (
    ANSWERS,
    Answer,
    Asking,
    answer_log,
    answers_of,
    judgements_of,
)
from evaluation.faults import EvaluationError


def answer(question: str, text: str = "Lisbon", outcome: Outcome = Outcome.COMPLETE) -> Answer:
    tokens = {"read": 10, "written": 2}
    asking = Asking("d1", "prompt", text, outcome.value, None, "m", tokens, 0.5, 0.01)
    return Answer(question, 2000, "4", (1, 3), 9, ("t1",), ("t1", "t2"), False, 1.5, text, asking)


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    with answer_log(tmp_path) as log:
        log.add(answer("q1"))
        log.add(answer("q2", "é \ud83d \u2028"))
    first, second = answers_of(tmp_path)
    assert first == answer("q1")
    assert second.text == "é \ud83d \u2028"


def test_a_later_record_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    with answer_log(tmp_path) as log:
        log.add(answer("q1", "", Outcome.BUSY))
        log.add(answer("q1"))
    assert answers_of(tmp_path) == [answer("q1")]
    assert len((tmp_path / ANSWERS).read_text(encoding="utf-8").splitlines()) == 2


def test_a_line_that_was_being_written_is_taken_off(tmp_path: Path) -> None:
    with answer_log(tmp_path) as log:
        log.add(answer("q1"))
    with (tmp_path / ANSWERS).open("ab") as file:
        file.write(b'{"question": "q2", "text": "\xc3')
    assert answers_of(tmp_path) == [answer("q1")]
    with answer_log(tmp_path) as log:
        log.add(answer("q2"))
    assert answers_of(tmp_path) == [answer("q1"), answer("q2")]


def test_a_file_of_something_else_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / ANSWERS).write_text('{"question": "q1"}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"answers\.jsonl:1: not a record of a run"):
        answers_of(tmp_path)


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert answers_of(tmp_path) == []
    assert judgements_of(tmp_path) == []


@pytest.mark.parametrize(
    ("outcome", "text", "finished", "wants"),
    [
        (Outcome.COMPLETE, "Lisbon", True, True),
        (Outcome.COMPLETE, "", True, False),
        (Outcome.CUT, "Lis", True, True),
        (Outcome.REFUSED, "No.", True, False),
        (Outcome.BUSY, "", False, False),
        (Outcome.FAILED, "", False, False),
    ],
)
def test_what_is_finished_and_what_is_judged(
    outcome: Outcome, text: str, finished: bool, wants: bool
) -> None:
    given = answer("q", text, outcome)
    assert (given.is_finished, given.wants_verdict) == (finished, wants)
