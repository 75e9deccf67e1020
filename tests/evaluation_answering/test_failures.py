"""Each cause by its rule, and the order in which they are tried."""

import pytest

from evaluation.answering.asking import Outcome
from evaluation.answering.corrections import Correction
from evaluation.answering.failures import RULES, Cause, cause_of
from evaluation.answering.records import CORRECTED, PUBLISHED, Answer, Asking, Judgement
from evaluation.datasets import Asked


def asked(*, evidence: tuple[str, ...] = ("t1", "t2"), answerable: bool = True) -> Asked:
    return Asked("q", "Where?", "Lisbon", "4", "single-hop", evidence, None, answerable)


def asking(outcome: Outcome = Outcome.COMPLETE) -> Asking:
    return Asking("", "", "", outcome.value, None, None, {}, 0.0, None)


def answer(
    inside: tuple[str, ...] = (),
    ranked: tuple[str, ...] = (),
    *,
    text: str = "Porto",
    outcome: Outcome = Outcome.COMPLETE,
) -> Answer:
    return Answer(
        "q", 2000, "4", (0, 0), 10, inside, ranked, not inside, 1.0, text, asking(outcome)
    )


def judged(score: float | None, by: str = PUBLISHED) -> Judgement:
    return Judgement("q", 2000, by, "Lisbon", "gold", score, None, "", (), asking())


WRONG = judged(0.0)
ALL = ("t1", "t2", "t3")


@pytest.mark.parametrize(
    ("inside", "ranked", "cause"),
    [
        ((), (), Cause.NOT_RETRIEVED),
        (("t1",), ("t1", "t3"), Cause.NOT_RETRIEVED),
        (("t1",), ALL, Cause.BURIED),
        (ALL, ALL, Cause.MISREAD),
        (ALL, ("t1",), Cause.MISREAD),  # a neighbour in the context was found too
        (("t1",), ("t2",), Cause.BURIED),
    ],
)
def test_the_place_of_the_evidence_tells(
    inside: tuple[str, ...], ranked: tuple[str, ...], cause: Cause
) -> None:
    assert cause_of(asked(), answer(inside, ranked), WRONG, None, None) is cause


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.BUSY, Outcome.FAILED])
def test_who_does_not_answer_has_no_answer(outcome: Outcome) -> None:
    given = answer(ALL, ALL, text="", outcome=outcome)
    assert cause_of(asked(), given, None, None, None) is Cause.NO_ANSWER
    given = answer(ALL, ALL, text="")
    assert cause_of(asked(), given, None, None, None) is Cause.NO_ANSWER


def test_a_judge_that_gives_no_verdict_is_a_cause_of_its_own() -> None:
    assert cause_of(asked(), answer(), None, None, None) is Cause.NO_VERDICT
    assert cause_of(asked(), answer(), judged(None), None, None) is Cause.NO_VERDICT


def test_gold_is_wrong_where_the_answer_is_right_by_the_correction() -> None:
    correction = Correction("Porto", "an audit")
    right, wrong = judged(1.0, CORRECTED), judged(0.0, CORRECTED)
    given = answer(ALL, ALL)
    assert cause_of(asked(), given, WRONG, right, correction) is Cause.WRONG_GOLD
    assert cause_of(asked(), given, WRONG, wrong, correction) is Cause.MISREAD
    assert cause_of(asked(), given, WRONG, None, correction) is Cause.MISREAD
    dropped = Correction(None, "an audit")
    assert cause_of(asked(), given, WRONG, None, dropped) is Cause.WRONG_GOLD


def test_what_is_not_told_should_not_be_answered() -> None:
    question = asked(answerable=False)
    assert cause_of(question, answer(ALL, ALL), WRONG, None, None) is Cause.NOT_ABSTAINED


def test_without_evidence_nothing_is_said_of_what_was_found() -> None:
    assert cause_of(asked(evidence=()), answer(ALL, ALL), WRONG, None, None) is Cause.NO_EVIDENCE


def test_every_cause_has_its_rule() -> None:
    assert RULES.keys() == set(Cause)
