"""`python -m evaluation confidence`, and what it reckons with."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluation.__main__ import main
from evaluation.confidence.asking import Sample
from evaluation.confidence.fitting import (
    answers_of,
    features_of,
    fit,
    kept,
    leaving_one_out,
    probabilities,
)
from memories import Confidence
from tests.evaluation.conftest import Write, locomo_sample


def samples(count: int = 400) -> list[Sample]:
    """Questions that are answerable with the logistic probability of 8 times their score less 4."""
    drawn = np.random.default_rng(7)
    scores, luck = drawn.random(count), drawn.random(count)
    return [
        Sample(
            "asked",
            bool(chance < 1 / (1 + np.exp(4 - 8 * score))),
            place % 4,
            Confidence(0.5, score),
        )
        for place, (score, chance) in enumerate(zip(scores, luck, strict=True))
    ]


def test_the_weights_that_made_the_answers_are_found_again() -> None:
    drawn = samples()
    constant, slope = fit(features_of(drawn), answers_of(drawn))
    assert constant == pytest.approx(-4, abs=1)
    assert slope == pytest.approx(8, abs=2)


def test_a_fitted_probability_keeps_its_word_on_what_it_was_not_fitted_on() -> None:
    drawn = samples()
    found = kept(leaving_one_out(drawn), answers_of(drawn))
    assert found.brier < 0.75 * found.base
    assert found.auc > 0.8
    assert sum(questions for _, _, questions in found.curve) == len(drawn)
    assert all(abs(mean - share) < 0.2 for mean, share, questions in found.curve if questions > 30)


def test_a_named_speaker_brings_two_more_features() -> None:
    named = [Sample("asked", True, 0, Confidence(0.5, 0.4, 0.3, 0.2))]
    assert features_of(named).tolist() == [[1.0, 0.4, 0.3, 0.2]]
    assert probabilities(features_of(named), np.zeros(4)).tolist() == [0.5]


def test_the_command_measures_and_fits(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write("data.json", [locomo_sample("one"), locomo_sample("two")])
    out = tmp_path / "out.json"
    kept_in = ("--cache", str(tmp_path / "cache"), "--json", str(out))
    assert main(["confidence", "--dataset", "locomo", "--data", str(data), *kept_in]) == 0
    report = json.loads(out.read_text("utf-8"))
    assert report == json.loads(capsys.readouterr().out)
    assert len(report["one speaker named"]["weights"]) == 4
    assert len(report["nobody named"]["weights"]) == 2
    means = report["mean probability"]
    assert means["asked"][1] == 8
    assert means["unanswerable"][1] == 2
    assert set(means) > {"asked without names", "of another", "of another, without names"}


def test_a_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.json")
    arguments = ["confidence", "--dataset", "locomo", "--data", missing, "--json", missing]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("confidence: ")
    assert "evaluation.confidence.command" in sys.modules
