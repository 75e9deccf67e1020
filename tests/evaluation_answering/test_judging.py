"""What is asked of reader and judge, and what is made of their answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evaluation.answering.judging import (
    Malformed,
    Verdict,
    answer_in,
    judge_for,
    judging,
    read_verdict,
    reading,
)
from evaluation.answering.prompts import JUDGES, READER, digest_of
from evaluation.datasets import Asked, DatasetName

QUESTION = Asked(
    id="c1/0",
    text="Where does Ana live?",
    answer="Lisbon",
    category="4",
    label="single-hop",
    evidence=("D1:1",),
    at=datetime(2024, 3, 8, 18, 30, tzinfo=UTC),
    answerable=True,
    rubric=("Lisbon", "since March"),
)


def test_the_reader_gets_the_context_the_day_and_the_question() -> None:
    request, (start, end) = reading(QUESTION, "Ana moved to Lisbon.")
    assert request.instructions == READER
    assert request.prompt[start:end] == "Ana moved to Lisbon."
    assert request.prompt.endswith(
        "The question is asked on Friday, 08 March 2024, 18:30.\n\nQuestion: Where does Ana live?"
    )
    undated, _ = reading(replace(QUESTION, at=None), "")
    assert "asked on" not in undated.prompt


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("She moved.\nAnswer:\nLisbon", "Lisbon"),
        ("Answer: Porto? No.\nAnswer: Lisbon ", "Lisbon"),
        (" Lisbon\n", "Lisbon"),
        ("I do not know.\nAnswer:", ""),
    ],
)
def test_the_answer_is_what_follows_the_last_mark(reply: str, answer: str) -> None:
    assert answer_in(reply) == answer


@pytest.mark.parametrize(
    ("dataset", "category", "answerable", "judge"),
    [
        ("locomo", "1", True, "gold"),
        ("locomo", "5", False, "unanswerable"),
        ("longmemeval", "multi-session", True, "complete"),
        ("longmemeval", "single-session-user", True, "complete"),
        ("longmemeval", "single-session-assistant", True, "complete"),
        ("longmemeval", "single-session-preference", True, "preference"),
        ("longmemeval", "temporal-reasoning", True, "temporal"),
        ("longmemeval", "knowledge-update", True, "update"),
        ("longmemeval", "knowledge-update", False, "unanswerable_explained"),
        ("beam", "abstention", False, "points"),
    ],
)
def test_each_kind_of_question_has_its_judge(
    dataset: DatasetName, category: str, answerable: bool, judge: str
) -> None:
    question = replace(QUESTION, category=category, answerable=answerable)
    assert judge_for(dataset, question) == judge
    assert judge in JUDGES


def test_the_judge_sees_question_expectation_and_answer_but_no_context() -> None:
    request = judging("gold", QUESTION, "Lisbon", "In Porto.")
    assert request.instructions == JUDGES["gold"]
    assert request.prompt == (
        "<question>\nWhere does Ana live?\n</question>\n<expected>\nLisbon\n</expected>\n"
        "<response>\nIn Porto.\n</response>"
    )
    assert "<expected>" not in judging("unanswerable", QUESTION, None, "In Porto.").prompt


def test_a_rubric_is_judged_point_by_point() -> None:
    request = judging("points", QUESTION, "Lisbon", "In Lisbon.")
    assert "<expected>\n1. Lisbon\n2. since March\n</expected>" in request.prompt
    said = [{"reason": "named", "met": "yes"}, {"reason": "only the year", "met": "partly"}]
    verdict = read_verdict("points", QUESTION, json.dumps({"points": said}))
    assert verdict == Verdict(0.75, None, "1. named\n2. only the year", (1.0, 0.5))


def test_a_verdict_is_right_or_wrong() -> None:
    said = {"reason": "the other town", "abstains": False, "verdict": "wrong"}
    assert read_verdict("gold", QUESTION, json.dumps(said)) == Verdict(
        0.0, abstains=False, reason="the other town"
    )
    said = {"reason": "so it is", "abstains": True, "verdict": "right"}
    assert read_verdict("unanswerable", QUESTION, json.dumps(said)).score == 1.0


@pytest.mark.parametrize(
    ("judge", "text", "words"),
    [
        ("gold", "right", "no JSON"),
        ("gold", "[]", "no verdict"),
        ("gold", '{"reason": "", "abstains": "no", "verdict": "right"}', "no verdict"),
        ("gold", '{"reason": "", "abstains": false, "verdict": "RIGHT"}', "no verdict"),
        ("points", '{"points": [{"reason": "", "met": "yes"}]}', "1 judgements of 2 points"),
        ("points", '{"points": [{"reason": "", "met": 1}, {}]}', "of another form"),
        ("points", "3", "0 judgements of 2 points"),
    ],
)
def test_an_answer_of_another_form_is_no_verdict(judge: str, text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        read_verdict(judge, QUESTION, text)


def test_every_instruction_has_a_digest_of_its_own() -> None:
    digests = {digest_of(text) for text in (READER, *JUDGES.values())}
    assert len(digests) == 1 + len(JUDGES)
