"""Answers of a data set's key that somebody found wrong, with what is right instead.

A file of corrections is one JSON object by the id of the question:

    {"conv-1/4": {"answer": "two cats", "source": "https://..."},
     "conv-1/9": {"drop": true, "source": "https://..."}}

`drop` marks a question that has no right answer. None are shipped: docs/evaluation.md says where
lists are.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.faults import EvaluationError
from evaluation.files import Json


@dataclass(frozen=True, slots=True)
class Correction:
    """What holds in place of an answer of the key.

    Attributes:
        answer: the right one; None where the question has none and is dropped.
        source: who says so.
    """

    answer: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of a file, by the id of the question.

    Attributes:
        sha256: of the file; None without one.
    """

    by_question: Mapping[str, Correction] = field(default_factory=dict)
    sha256: str | None = None


def read_corrections(path: Path | None, known: Collection[str]) -> Corrections:
    """The corrections of a file; none without one.

    Args:
        path: the file.
        known: ids of the data set's questions.

    Raises:
        EvaluationError: the file can't be read, is of another form or corrects an unknown question.
    """
    if path is None:
        return Corrections()
    try:
        content = path.read_bytes()
        given = json.loads(content)
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path}: corrections can't be read from it ({error})") from error
    if not isinstance(given, dict):
        raise EvaluationError(f"{path}: expected an object of corrections by question")
    unknown = [question for question in given if question not in known]
    if unknown:
        raise EvaluationError(
            f"{path}: {len(unknown)} of {len(given)} questions are not in the data, such as "
            f"{unknown[0]!r}"
        )
    by_question = {question: _correction(path, question, each) for question, each in given.items()}
    return Corrections(by_question, hashlib.sha256(content).hexdigest())


def _correction(path: Path, question: str, given: Json) -> Correction:
    match given:
        case {"answer": str() as answer, "source": str() as source, **rest} if not rest:
            return Correction(answer, source)
        case {"drop": True, "source": str() as source, **rest} if not rest:
            return Correction(None, source)
    raise EvaluationError(
        f'{path}: {question}: expected {{"answer": TEXT, "source": TEXT}} or '
        '{"drop": true, "source": TEXT}'
    )
