"""Which questions are asked, and what proves their answers."""

import hashlib
from datetime import UTC, datetime
from random import Random

import pytest

from evaluation.datasets import Asked, Case, read_dataset, spread, stratified
from evaluation.faults import EvaluationError
from memories import Conversation
from tests.evaluation.conftest import TYPES, Write, haystack, locomo_sample


def a_case(question_id: str, kind: str, *, answerable: bool = True) -> Case:
    asked = Asked(question_id, "Where?", None, kind, kind, ("s",), None, answerable)
    return Case(Conversation(question_id, ()), (asked,), ranks_sessions=True)


def test_locomos_categories_are_numbers_with_names(write: Write) -> None:
    (case,) = read_dataset("locomo", write("l.json", [locomo_sample("c1")])).cases
    found = {(each.category, each.label) for each in case.questions}
    assert found == {
        ("2", "temporal"),
        ("4", "single-hop"),
        ("1", "multi-hop"),
        ("5", "adversarial"),
    }


def test_answerable_questions_without_evidence_are_left_out_and_counted(write: Write) -> None:
    dataset = read_dataset("locomo", write("l.json", [locomo_sample("c1")]))
    assert dataset.left_out == 1
    assert [each.answerable for each in dataset.cases[0].questions] == [True] * 4 + [False]


def test_a_question_is_asked_when_the_conversation_has_ended(write: Write) -> None:
    (case,) = read_dataset("locomo", write("l.json", [locomo_sample("c1")])).cases
    assert {each.at for each in case.questions} == {datetime(2023, 6, 2, 19, 10, 2, tzinfo=UTC)}


def test_a_data_set_is_known_by_its_bytes_and_not_by_its_place(write: Write) -> None:
    path = write("l.json", [locomo_sample("c1")])
    dataset = read_dataset("locomo", path)
    assert dataset.file == "l.json"
    assert dataset.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_limit_spreads_over_all_questions_of_each_conversation(write: Write) -> None:
    path = write("l.json", [locomo_sample("c1"), locomo_sample("c2")])
    cases = read_dataset("locomo", path, limit=2).cases
    assert [[each.id for each in case.questions] for case in cases] == [
        ["c1/0", "c1/2"],
        ["c2/0", "c2/2"],
    ]


def test_spreading_keeps_the_order_and_repeats_nothing() -> None:
    questions = [a_case(str(place), "x").questions[0] for place in range(10)]
    assert [each.id for each in spread(questions, 4)] == ["0", "2", "5", "7"]
    assert list(spread(questions, 10)) == questions
    assert list(spread(questions, 99)) == questions
    assert list(spread(questions, None)) == questions


def test_the_evidence_of_longmemeval_is_its_marked_sessions(write: Write) -> None:
    path = write("m.json", [haystack("q1", TYPES[0]), haystack("q2_abs", TYPES[1])])
    first, second = read_dataset("longmemeval", path, everything=True).cases
    assert first.ranks_sessions
    assert first.questions[0].evidence == ("answer_1", "answer_2")
    assert first.questions[0].category == TYPES[0]
    assert first.questions[0].answerable
    assert not second.questions[0].answerable


def test_the_dozen_is_two_answerable_questions_of_each_type(write: Write) -> None:
    listed = [haystack(f"{kind}-{n}", kind) for kind in TYPES for n in range(4)]
    listed += [haystack(f"{kind}_abs", kind) for kind in TYPES]
    dataset = read_dataset("longmemeval", write("m.json", listed))
    kinds = [case.questions[0].category for case in dataset.cases]
    assert kinds == [*TYPES, *TYPES]
    assert all(case.questions[0].answerable for case in dataset.cases)
    assert dataset.selection == "12 of 30 questions, types in turn"


def test_the_dozen_is_the_same_in_whatever_order_the_file_is() -> None:
    cases = [a_case(f"{kind}-{n}", kind) for kind in TYPES for n in range(5)]
    shuffled = Random(4).sample(cases, len(cases))  # noqa: S311 - no secret
    assert stratified(shuffled, 12) == stratified(cases, 12)


def test_a_type_that_has_too_few_questions_leaves_its_turns_to_the_others() -> None:
    cases = [a_case("a", "one"), *(a_case(f"b{n}", "two") for n in range(3))]
    assert [case.questions[0].category for case in stratified(cases, 3)] == ["one", "two", "two"]


def test_abstention_questions_come_last_in_their_type() -> None:
    cases = [a_case(f"q{n}", "x", answerable=n > 0) for n in range(4)]
    assert stratified(cases, 4)[-1].questions[0].id == "q0"


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("longmemeval", [locomo_sample("c1")], "locomo"),
        ("locomo", [haystack("q", TYPES[0])], "longmemeval"),
    ],
)
def test_a_file_of_the_other_data_set_is_refused_with_its_name(
    name: str, value: object, other: str, write: Write
) -> None:
    with pytest.raises(EvaluationError, match=f"not {name} data; try --dataset {other}"):
        read_dataset(name, write("x.json", value))  # type: ignore[arg-type] # one of the two


def test_a_file_without_questions_is_refused(write: Write) -> None:
    path = write("x.json", [{"role": "user", "content": "I moved to Lisbon."}])
    with pytest.raises(EvaluationError, match="no question with evidence"):
        read_dataset("locomo", path)
