"""Why an answer is not right: the first of these causes whose rule holds."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from evaluation.answering.corrections import Correction
from evaluation.answering.records import Answer, Judgement
from evaluation.datasets import Asked


class Cause(StrEnum):
    """Why an answer is not right, in the order in which the rules are tried."""

    NO_ANSWER = "no answer"
    NO_VERDICT = "no verdict"
    WRONG_GOLD = "wrong gold"
    NOT_ABSTAINED = "not abstained"
    NO_EVIDENCE = "no evidence named"
    NOT_RETRIEVED = "not retrieved"
    BURIED = "buried"
    MISREAD = "misread"


RULES: Final[Mapping[Cause, str]] = {
    Cause.NO_ANSWER: "the reader refused, wrote nothing, was overloaded or refused the request",
    Cause.NO_VERDICT: "the judge gave none: it refused, was overloaded, or its answer was of "
    "another form three times",
    Cause.WRONG_GOLD: "the corrections drop the question, or the answer is right by them",
    Cause.NOT_ABSTAINED: "the conversation does not answer the question, and the answer does",
    Cause.NO_EVIDENCE: "the data set names no evidence for the question, so that nothing can be "
    "said of what was found",
    Cause.NOT_RETRIEVED: "some of the evidence is not among what was found at all: the turns of "
    "the first 100 hits, or the first 300 turns of a baseline's ranking",
    Cause.BURIED: "all of the evidence was found, but some of it is not inside the context",
    Cause.MISREAD: "all of the evidence is inside the context",
}


def cause_of(
    question: Asked,
    answer: Answer,
    published: Judgement | None,
    corrected: Judgement | None,
    correction: Correction | None,
) -> Cause:
    """Why an answer that is not fully right by the published key is not.

    Args:
        question: what was asked.
        answer: the reader's.
        published: the verdict by the data set's key; None without one.
        corrected: the verdict by the corrected answer; None without one.
        correction: what the corrections say of the question.
    """
    if not answer.wants_verdict:
        return Cause.NO_ANSWER
    if published is None or published.score is None:
        return Cause.NO_VERDICT
    is_right_after_all = corrected is not None and corrected.score == 1
    if correction is not None and (correction.answer is None or is_right_after_all):
        return Cause.WRONG_GOLD
    return _cause_by_evidence(question, answer)


def _cause_by_evidence(question: Asked, answer: Answer) -> Cause:
    evidence = set(question.evidence)
    if not question.answerable:
        return Cause.NOT_ABSTAINED
    if not evidence:
        return Cause.NO_EVIDENCE
    if not evidence <= {*answer.ranked, *answer.inside}:
        return Cause.NOT_RETRIEVED
    return Cause.MISREAD if evidence <= {*answer.inside} else Cause.BURIED
