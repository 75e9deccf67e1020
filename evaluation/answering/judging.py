"""What the reader and the judge are asked, and what their answers say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.answering.prompts import JUDGES, POINTS_SCHEMA, READER, VERDICT_SCHEMA
from evaluation.datasets import Asked, DatasetName
from evaluation.files import Json
from memories import ModelRequest

# Models that think first count their thoughts as written.
_MOST_READER_TOKENS: Final = 4096
_MOST_JUDGE_TOKENS: Final = 4096
_MARK: Final = "Answer:"
_BEFORE: Final = "<memories>\n"
_POINTS: Final = {"yes": 1.0, "partly": 0.5, "no": 0.0}
_LONGMEMEVAL: Final = {
    "temporal-reasoning": "temporal",
    "knowledge-update": "update",
    "single-session-preference": "preference",
}


class Malformed(Exception):
    """The judge's answer is of another form than was asked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of an answer.

    Attributes:
        score: 1 if it is right, 0 if not; of a rubric, the mean of its points.
        abstains: whether the answer says that it is not known; None where the judge is not asked.
        reason: in a sentence; of a rubric, one for each point.
        points: what each point of a rubric got: 0, 0.5 or 1.
    """

    score: float
    abstains: bool | None
    reason: str
    points: tuple[float, ...] = ()


def reading(question: Asked, context: str) -> tuple[ModelRequest, tuple[int, int]]:
    """What the reader is asked, and from where until where the context stands in its prompt."""
    prompt = f"{_BEFORE}{context}\n</memories>\n"
    if question.at is not None:
        prompt += f"\nThe question is asked on {question.at:%A, %d %B %Y, %H:%M}.\n"
    prompt += f"\nQuestion: {question.text}"
    request = ModelRequest(READER, prompt, most_tokens=_MOST_READER_TOKENS)
    return request, (len(_BEFORE), len(_BEFORE) + len(context))


def answer_in(reply: str) -> str:
    """The answer alone: what follows the last mark, or everything where there is none."""
    _, mark, answer = reply.rpartition(_MARK)
    return (answer if mark else reply).strip()


def judge_for(dataset: DatasetName, question: Asked) -> str:
    """Which of the judge's instructions hold for a question, by their name in `prompts`."""
    if dataset == "beam":
        return "points"
    if not question.answerable:
        return "unanswerable_explained" if dataset == "longmemeval" else "unanswerable"
    return _LONGMEMEVAL.get(question.category, "complete") if dataset == "longmemeval" else "gold"


def judging(judge: str, question: Asked, expected: str | None, answer: str) -> ModelRequest:
    """What the judge is asked.

    Args:
        judge: a name that `judge_for` gives.
        question: what was asked.
        expected: the right answer; None where the key has none.
        answer: the reader's.
    """
    if judge == "points":
        expected = "\n".join(f"{n}. {point}" for n, point in enumerate(question.rubric, start=1))
    parts = [f"<question>\n{question.text}\n</question>"]
    if expected is not None:
        parts.append(f"<expected>\n{expected}\n</expected>")
    parts.append(f"<response>\n{answer}\n</response>")
    return ModelRequest(
        JUDGES[judge],
        "\n".join(parts),
        schema=POINTS_SCHEMA if judge == "points" else VERDICT_SCHEMA,
        most_tokens=_MOST_JUDGE_TOKENS,
    )


def read_verdict(judge: str, question: Asked, text: str) -> Verdict:
    """What the judge's answer says.

    Raises:
        Malformed: it is not what the schema asks for.
    """
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Malformed("the judge answered no JSON") from error
    if judge == "points":
        return _points(said, len(question.rubric))
    match said:
        case {
            "reason": str() as reason,
            "abstains": bool() as abstains,
            "verdict": "right" | "wrong" as verdict,
        }:
            return Verdict(float(verdict == "right"), abstains, reason)
    raise Malformed("the judge gave no verdict")


def _points(said: Json, wanted: int) -> Verdict:
    listed = said.get("points") if isinstance(said, dict) else None
    points = [_point(each) for each in listed] if isinstance(listed, list) else []
    if len(points) != wanted:
        raise Malformed(f"the judge gave {len(points)} judgements of {wanted} points")
    scores = tuple(score for score, _ in points)
    reasons = [f"{n}. {reason}" for n, (_, reason) in enumerate(points, start=1)]
    return Verdict(sum(scores) / wanted, None, "\n".join(reasons), scores)


def _point(said: Json) -> tuple[float, str]:
    match said:
        case {"reason": str() as reason, "met": "yes" | "partly" | "no" as met}:
            return _POINTS[met], reason
    raise Malformed("the judge's judgement of a point is of another form")


def names_of(judges: Sequence[str]) -> Mapping[str, str]:
    """Instructions by name, each name once."""
    return {name: JUDGES[name] for name in sorted(set(judges))}
