"""Corrections of a key, as their file has them."""

import json
from pathlib import Path

import pytest

from evaluation.answering.corrections import Correction, read_corrections
from evaluation.faults import EvaluationError

KNOWN = ("c1/0", "c1/1")


def written(folder: Path, value: object) -> Path:
    path = folder / "corrections.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_an_answer_is_corrected_or_its_question_dropped(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "c1/0": {"answer": "two cats", "source": "an audit"},
            "c1/1": {"drop": True, "source": "the same"},
        },
    )
    found = read_corrections(path, KNOWN)
    assert found.by_question == {
        "c1/0": Correction("two cats", "an audit"),
        "c1/1": Correction(None, "the same"),
    }
    assert found.sha256 is not None


def test_without_a_file_nothing_is_corrected() -> None:
    assert read_corrections(None, KNOWN).by_question == {}
    assert read_corrections(None, KNOWN).sha256 is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "expected an object of corrections"),
        ({"c9/9": {"drop": True, "source": "x"}}, "1 of 1 questions are not in the data"),
        ({"c1/0": {"answer": "two cats"}}, "c1/0: expected"),
        ({"c1/0": {"drop": False, "source": "x"}}, "c1/0: expected"),
        ({"c1/0": {"answer": "a", "drop": True, "source": "x"}}, "c1/0: expected"),
        ({"c1/0": "two cats"}, "c1/0: expected"),
    ],
)
def test_another_form_is_refused(value: object, words: str, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=words):
        read_corrections(written(tmp_path, value), KNOWN)


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corrections.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match="can't be read from it"):
        read_corrections(path, KNOWN)
